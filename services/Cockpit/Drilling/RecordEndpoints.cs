using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;

namespace TcmBrain.Cockpit.Drilling;

/// <summary>The records behind every number (钻取).</summary>
internal static class RecordEndpoints
{
    private const int MostRecords = 200;

    public static void MapRecords(this IEndpointRouteBuilder cockpit) =>
        cockpit
            .MapGet("/records", Records)
            .WithName("CockpitRecords")
            .WithSummary("The records behind a number: of a metric, a top list's entry, a flow or a stage")
            .ProducesProblem(400)
            .ProducesProblem(404);

    /// <summary>Exactly one of metric, list with topic, stage, or from/to/district says which number.</summary>
    private static async Task<Ok<RecordsView>> Records(
        HttpContext context,
        RecordStore store,
        Board board,
        InstitutionRegister register,
        string? metric = null,
        string? list = null,
        string? topic = null,
        string? stage = null,
        string? from = null,
        string? to = null,
        string? district = null,
        string? region = null,
        string? institution = null,
        string? day = null,
        string? hour = null,
        string? after = null,
        string? limit = null
    )
    {
        var audience = Answers.AudienceOf(context, register, region, institution);
        var count = Answers.LimitOf(limit, 50, MostRecords);
        if (!string.IsNullOrEmpty(stage))
        {
            return TypedResults.Ok(await StandingAsync(store, audience, register, stage, after, count, context.RequestAborted));
        }

        var time = new RecordTime(Answers.DayOf(day, board), HourOf(hour));
        var question =
            !string.IsNullOrEmpty(metric) ? RecordQuestion.OfMetric(metric)
            : !string.IsNullOrEmpty(list) ? RecordQuestion.OfRanking(list, topic ?? "")
            : from is not null || to is not null || district is not null ? RecordQuestion.OfFlow(Given(from), Given(to), Given(district))
            : null;
        if (question is null || (time.Hour is not null && !string.IsNullOrEmpty(list)))
        {
            throw CockpitFaults.UnknownMetric.Exception("metric");
        }

        var token = string.IsNullOrEmpty(after)
            ? RecordToken.Beginning
            : RecordToken.Parse(after) ?? throw CockpitFaults.BadToken.Exception("after");
        var total = await RecordTotal.OfAsync(
            store,
            question,
            audience.Scope,
            time,
            list,
            topic,
            (from, to, district),
            context.RequestAborted
        );
        var page = await store.FindAsync(question, audience.Scope, time, token, count, context.RequestAborted);
        return TypedResults.Ok(
            new RecordsView(question.Name, total, [.. page.Items.Select(r => View(r, audience, register))], page.Next?.ToString())
        );
    }

    private static async Task<RecordsView> StandingAsync(
        RecordStore store,
        Audience audience,
        InstitutionRegister register,
        string name,
        string? after,
        int count,
        CancellationToken cancellationToken
    )
    {
        var stage = Enum.GetValues<Stage>().Cast<Stage?>().FirstOrDefault(s => Stages.Name(s!.Value) == name);
        if (stage is null)
        {
            throw CockpitFaults.UnknownMetric.Exception("stage");
        }

        var last = Guid.Empty;
        if (!string.IsNullOrEmpty(after) && !Guid.TryParse(after, out last))
        {
            throw CockpitFaults.BadToken.Exception("after");
        }

        var total = await RecordTotal.StandingAsync(store, stage.Value, audience.Scope, cancellationToken);
        var found = await store.StandingAsync(stage.Value, audience.Scope, last, count + 1, cancellationToken);
        var items = found
            .Take(count)
            .Select(j => new RecordView(
                null,
                null,
                j.Id,
                DateTimeOffset.FromUnixTimeMilliseconds(Latest(j.Journey)),
                Place.Of(j.Journey.Institution, register),
                j.Journey.Region,
                Place.Of(j.Journey.Centre, register),
                null,
                1,
                RecordLinks.OfPrescription(j.Id)
            ))
            .ToList();
        return new("stage:" + name, total, items, found.Count > count ? items[^1].Id.ToString() : null);
    }

    private static RecordView View(FoundRecord record, Audience audience, InstitutionRegister register)
    {
        var fact = record.Fact;
        // Only what happens to a prescription has a revision.
        var isPrescription = fact.Revision > 0;
        return new(
            record.Id,
            fact.Type,
            fact.AggregateId,
            fact.OccurredAt,
            Place.Of(fact.Institution, register),
            fact.Region,
            Place.Of(fact.Centre, register),
            !isPrescription || audience.SeesReferences ? RecordView.ReferenceOf(fact) : null,
            record.Value.Amount,
            isPrescription ? RecordLinks.OfPrescription(fact.AggregateId) : null
        );
    }

    /// <summary>The last point of its way that is known.</summary>
    private static long Latest(Journey j) =>
        new[] { j.Received, j.Approved, j.Routed, j.Reserved, j.Checked, j.Started, j.Decocted, j.Shipped, j.Delivered }.Max();

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static short? HourOf(string? hour) =>
        string.IsNullOrEmpty(hour) ? null
        : short.TryParse(hour, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed < 24 ? parsed
        : throw CockpitFaults.BadHour.Exception("hour");
}
