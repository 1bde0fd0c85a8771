using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Decoction.Parcels;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Packing;

/// <param name="Place">where it stands, such as 留样柜 2-3</param>
/// <param name="KeepUntil">null: as the centre is configured</param>
public sealed record SampleReport(int? Millilitres, string? Place, DateTimeOffset? KeepUntil);

/// <param name="Counted">bags on the bench</param>
/// <param name="Rebagged">serials of bags that leaked and were filled anew; their labels are printed again</param>
/// <param name="Lost">serials of bags whose contents are lost</param>
public sealed record PackingReport(
    DateTimeOffset? CheckedAt,
    int? Counted,
    IReadOnlyList<MeasuredBag>? Measured,
    IReadOnlyList<string>? Rebagged,
    IReadOnlyList<string>? Lost,
    SampleReport? Sample
);

public sealed record Difference(string RuleId, string Zh, string En);

/// <param name="Recorded">false: this very check had been reported before</param>
/// <param name="Differences">each is a deviation that waits for a named person; without one the parcel may leave</param>
public sealed record PackingAnswer(Guid PrescriptionId, bool Recorded, IReadOnlyList<Difference> Differences);

/// <param name="Bags">serials in the order of the bags</param>
/// <param name="CheckedAt">null: not checked yet</param>
public sealed record PackingView(
    Guid PrescriptionId,
    string HisNumber,
    bool Urgent,
    bool External,
    IReadOnlyList<string> Bags,
    int MillilitresPerBag,
    DateTimeOffset ReadyAt,
    DateTimeOffset? CheckedAt,
    string? CheckedBy,
    int? Counted,
    IReadOnlyList<string> Lost,
    int? Differences,
    string? SamplePlace,
    DateTimeOffset? SampleUntil
);

public sealed record PackingPage(IReadOnlyList<PackingView> Items, string? Next);

/// <param name="Disposal">expired, tested or spoiled</param>
public sealed record DisposalReport(DateTimeOffset? DisposedAt, string? Disposal);

public sealed record SampleItem(
    Guid SampleId,
    Guid PrescriptionId,
    string HisNumber,
    int Millilitres,
    string Place,
    DateTimeOffset TakenAt,
    string TakenBy,
    DateTimeOffset KeepUntil,
    DateTimeOffset? DisposedAt,
    string? DisposedBy,
    string? Disposal
);

public sealed record SamplePage(IReadOnlyList<SampleItem> Items, string? Next);

/// <summary>The packing bench (分装核对) and what is kept of it (留样).</summary>
internal static class PackingEndpoints
{
    public static void MapPacking(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/decoction/jobs/{prescriptionId:guid}/packing-check", CheckAsync)
            .RequireRole(Roles.Decoction)
            .WithName("CheckPacking")
            .WithTags("packing");
        app.MapGet("/api/decoction/packing", ListAsync).RequireRole(Roles.Decoction).WithName("ListPacking").WithTags("packing");
        var samples = app.MapGroup("/api/decoction/samples").WithTags("packing");
        samples.MapGet("", SamplesAsync).RequireRole(Roles.Decoction, Roles.Pharmacist, Roles.Quality).WithName("ListSamples");
        samples.MapPost("/{sampleId:guid}/disposal", DisposeAsync).RequireRole(Roles.Decoction).WithName("DisposeOfSample");
    }

    private static async Task<Ok<PackingAnswer>> CheckAsync(
        Guid prescriptionId,
        PackingReport report,
        PackingBench bench,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await bench.CheckAsync(
                prescriptionId,
                report,
                new Reporter(caller.Subject(), caller.DisplayName(), caller.InstitutionCode()),
                cancellationToken
            )
        );

    /// <summary>The centre's bags that are still in the house, those packed first in front.</summary>
    /// <param name="check">open: nobody has counted them yet; done; without: both</param>
    private static async Task<Ok<PackingPage>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? check,
        Guid? prescription,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (check is not (null or "open" or "done"))
        {
            throw DecoctionFaults.UnknownState.Exception("check", check);
        }

        var page = Page.Of(next, limit, DecoctionFaults.BadPage);
        await using var command = database.CreateCommand(
            """
            select j.prescription_id, j.his_number, j.urgent, j.external,
                   array(select b.serial from decoction.bag b where b.prescription_id = j.prescription_id order by b.number),
                   (j.recipe ->> 'millilitresPerBag')::int, p.ready_at, c.checked_at, c.checked_name, c.counted,
                   coalesce(c.lost, '{}'), c.differences, s.place, s.keep_until
            from decoction.parcel p
            join decoction.job j using (prescription_id)
            left join decoction.packing_check c using (prescription_id)
            left join decoction.retained_sample s using (prescription_id)
            where j.centre_code = @centre and j.decoct and p.state in ('ready', 'back')
              and (@check = '' or (c.checked_at is null) = (@check = 'open')) and (@only is null or j.prescription_id = @only)
              and (p.ready_at, p.prescription_id) > (@after_time, @after_id)
            order by p.ready_at, p.prescription_id limit @limit
            """
        );
        page.Bind(command);
        command.Parameters.AddWithValue("centre", caller.InstitutionCode());
        command.Parameters.AddWithValue("check", check ?? "");
        command.Parameters.Add(new NpgsqlParameter<Guid?>("only", prescription));
        var items = new List<PackingView>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(
                new PackingView(
                    row.GetGuid(0),
                    row.GetString(1),
                    row.GetBoolean(2),
                    row.GetBoolean(3),
                    row.GetFieldValue<string[]>(4),
                    row.GetInt32(5),
                    row.GetFieldValue<DateTimeOffset>(6),
                    row.MomentAt(7),
                    row.TextAt(8),
                    row.IsDBNull(9) ? null : row.GetInt32(9),
                    row.GetFieldValue<string[]>(10),
                    row.IsDBNull(11) ? null : row.GetInt32(11),
                    row.TextAt(12),
                    row.MomentAt(13)
                )
            );
        }

        return TypedResults.Ok(new PackingPage(items, page.Next(items.Count, () => (items[^1].ReadyAt, items[^1].PrescriptionId))));
    }

    /// <summary>What is kept, that which may go first in front.</summary>
    /// <param name="state">kept, due (its time is over) or disposed; without: kept and due</param>
    private static async Task<Ok<SamplePage>> SamplesAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (state is not (null or "kept" or "due" or "disposed"))
        {
            throw DecoctionFaults.UnknownState.Exception("state", state);
        }

        var page = Page.Of(next, limit, DecoctionFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select s.sample_id, s.prescription_id, job.his_number, s.millilitres, s.place, s.taken_at, s.taken_name, s.keep_until, s.disposed_at,
                   s.disposed_name, s.disposal
            from decoction.retained_sample s join decoction.job job using (prescription_id)
            where {Sight.Where} and (s.disposed_at is not null) = (@state = 'disposed')
              and (@state <> 'due' or s.keep_until <= @now) and (@state <> 'kept' or s.keep_until > @now)
              and (s.keep_until, s.sample_id) > (@after_time, @after_id)
            order by s.keep_until, s.sample_id limit @limit
            """
        );
        Sight.Of(caller).Guard(command);
        page.Bind(command);
        command.Parameters.AddWithValue("state", state ?? "");
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        var items = new List<SampleItem>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(
                new SampleItem(
                    row.GetGuid(0),
                    row.GetGuid(1),
                    row.GetString(2),
                    row.GetInt32(3),
                    row.GetString(4),
                    row.GetFieldValue<DateTimeOffset>(5),
                    row.GetString(6),
                    row.GetFieldValue<DateTimeOffset>(7),
                    row.MomentAt(8),
                    row.TextAt(9),
                    row.TextAt(10)
                )
            );
        }

        return TypedResults.Ok(new SamplePage(items, page.Next(items.Count, () => (items[^1].KeepUntil, items[^1].SampleId))));
    }

    /// <summary>Not before its time, unless it was tested or has spoiled. The first disposal stands.</summary>
    private static async Task<NoContent> DisposeAsync(
        Guid sampleId,
        DisposalReport report,
        PackingBench bench,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await bench.DisposeAsync(
            sampleId,
            report,
            new Reporter(caller.Subject(), caller.DisplayName(), caller.InstitutionCode()),
            cancellationToken
        );
        return TypedResults.NoContent();
    }
}
