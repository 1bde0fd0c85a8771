using System.Globalization;
using System.Net;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// The quality centre's reviews of the month (处方点评), on a demo day: plans, a draw, verdicts, the hospitals' answers, one dispute that is
/// left open, and a special topic that is brought to its end and published. Run again it goes on with what came since.
/// </summary>
internal sealed class ReviewOffice(Gateway gateway)
{
    private const string Path = "/api/quality/reviews";

    // Fixed, so that another day finds them.
    private static readonly Guid Routine = new("0193a000-0000-7000-8000-0000000000a1");
    private static readonly Guid Topic = new("0193a000-0000-7000-8000-0000000000a2");
    private readonly Actor reviewer = new(gateway, "quality-1");
    private readonly string month = RegionTime.DayOf(DateTimeOffset.UtcNow).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public async Task WorkAsync(CancellationToken cancellationToken)
    {
        await PlanAsync(Routine, "routine", "门急诊饮片处方常规点评", "Routine review of outpatients", 50, 100, null, cancellationToken);
        await PlanAsync(
            Topic,
            "topic",
            "配伍禁忌专项点评",
            "Incompatible pairs",
            10_000,
            1,
            new { rulePrefix = "incompatible." },
            cancellationToken
        );
        await DrawAsync(Routine, cancellationToken);
        var topical = await DrawAsync(Topic, cancellationToken);
        if (topical is { } run && await OfRunAsync(run, cancellationToken) is { Count: > 0 } found)
        {
            await ConcludeAsync(found, dispute: false, cancellationToken);
            await PublishAsync(cancellationToken);
        }

        // Of the rest some are judged, one of them disputed; the others wait for whoever looks at the page.
        var waiting = await reviewer.GetAsync($"{Path}?state=waiting&limit=24", cancellationToken);
        await ConcludeAsync(
            [.. waiting.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("prescriptionId").GetGuid())],
            dispute: true,
            cancellationToken
        );
        var summary = await reviewer.GetAsync($"{Path}/summary", cancellationToken);
        Console.WriteLine(
            $"处方点评 reviews: {summary.GetProperty("concluded")} 办结 concluded, {summary.GetProperty("waiting")} 待点评 waiting, "
                + $"{summary.GetProperty("answering")} 待反馈 with institutions"
        );
    }

    private async Task PlanAsync(
        Guid id,
        string kind,
        string zh,
        string en,
        int share,
        int minimum,
        object? topic,
        CancellationToken cancellationToken
    )
    {
        var body = new
        {
            kind,
            nameZh = zh,
            nameEn = en,
            setting = kind == "routine" ? "outpatient" : "any",
            sharePermyriad = share,
            minimum,
            topic,
            reason = "演示",
        };
        // Somebody may have changed it in a version of their own: then theirs stands.
        var (status, text) = await reviewer.SendAsync(HttpMethod.Put, $"{Path}/plans/{id}", body, cancellationToken);
        if ((int)status >= 300 && status != HttpStatusCode.PreconditionRequired)
        {
            throw new SimulatorException($"plan {zh}: {text}");
        }
    }

    /// <summary>Null when there is nothing to draw from.</summary>
    private async Task<Guid?> DrawAsync(Guid plan, CancellationToken cancellationToken)
    {
        var (status, text) = await reviewer.SendAsync(
            HttpMethod.Put,
            $"{Path}/runs/{Guid.CreateVersion7()}",
            new { planId = plan, month },
            cancellationToken
        );
        return (int)status < 300 ? JsonSerializer.Deserialize<JsonElement>(text).GetProperty("runId").GetGuid()
            : status == HttpStatusCode.Conflict ? null
            : throw new SimulatorException($"draw: {text}");
    }

    private async Task<List<Guid>> OfRunAsync(Guid run, CancellationToken cancellationToken) =>
        [
            .. (await reviewer.ListAsync($"{Path}?state=all&run={run}", cancellationToken))
                .Where(i => i.GetProperty("stage").GetString() == "first")
                .Select(i => i.GetProperty("prescriptionId").GetGuid()),
        ];

    /// <summary>What was found is confirmed; the hospitals accept it, but for the first when there is to be a dispute.</summary>
    private async Task ConcludeAsync(List<Guid> prescriptions, bool dispute, CancellationToken cancellationToken)
    {
        foreach (var id in prescriptions)
        {
            var detail = await reviewer.GetAsync($"{Path}/{id}", cancellationToken);
            var codes = detail
                .GetProperty("suggested")
                .EnumerateArray()
                .Where(s => s.GetProperty("mustBeDecided").GetBoolean())
                .Select(s => s.GetProperty("code").GetString()!)
                .Distinct()
                .Select(code => new { code, comment = "与审方结果一致" })
                .ToArray();
            await reviewer.PostAsync(
                $"{Path}/{id}/verdict",
                new
                {
                    round = 1,
                    rational = codes.Length == 0,
                    codes,
                },
                cancellationToken
            );
            var hospital = detail.GetProperty("review").GetProperty("institutionCode").GetString();
            var number = DemoRegion.Hospitals.Index().FirstOrDefault(h => h.Item.Code == hospital) is { Item: not null } found
                ? found.Index + 1
                : 0;
            if (codes.Length == 0 || number == 0)
            {
                continue;
            }

            await new Actor(gateway, $"pharmacist-{number}").PostAsync(
                $"{Path}/{id}/answer",
                dispute
                    ? new { answer = "disputed", reason = "依据经典方剂,医师已双签并说明理由,请复评" }
                    : new { answer = "accepted", reason = "" },
                cancellationToken
            );
            dispute = false;
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var published = await reviewer.GetAsync($"{Path}/publications", cancellationToken);
        var before = published
            .GetProperty("items")
            .EnumerateArray()
            .Any(p =>
                p.GetProperty("head").GetProperty("planId").GetGuid() == Topic
                && p.GetProperty("head").GetProperty("month").GetString() == month
            );
        var (status, text) = await reviewer.SendAsync(
            HttpMethod.Put,
            $"{Path}/publications/{Guid.CreateVersion7()}",
            new
            {
                planId = Topic,
                month,
                reason = before ? "补抽后更正" : null,
            },
            cancellationToken
        );
        // A conflict: somebody has disputed one of them meanwhile, and it is not concluded.
        if ((int)status >= 300 && status != HttpStatusCode.Conflict)
        {
            throw new SimulatorException($"publication: {text}");
        }
    }
}
