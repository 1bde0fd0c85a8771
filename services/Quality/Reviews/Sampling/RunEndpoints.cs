using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>Draws: making one, and all that somebody needs who wants to make it again on paper.</summary>
internal static class RunEndpoints
{
    private static readonly string[] Readers = [Roles.Quality, Roles.Regulator, Roles.Operator];

    /// <param name="Until">The last month; the same as <paramref name="Month"/> when left out.</param>
    internal sealed record DrawRequest(Guid? PlanId, string? Month, string? Until);

    internal sealed record RunItem(
        SamplingRun Run,
        string PlanNameZh,
        string PlanNameEn,
        string Kind,
        string Setting,
        bool Interim,
        long Waiting,
        long Concluded
    );

    internal sealed record RunList(IReadOnlyList<RunItem> Items, string? Next);

    internal sealed record StratumItem(
        string InstitutionCode,
        string DepartmentName,
        string PrescriberCode,
        string PrescriberName,
        int Population,
        int Allotted,
        int DrawnBefore,
        int Drawn
    );

    internal sealed record StratumList(IReadOnlyList<StratumItem> Items, string? Next);

    public static void MapSamplingRuns(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/api/quality/reviews/runs");
        runs.MapGet("", ListAsync).WithName("ListSamplingRuns").RequireRole(Readers);
        runs.MapPut("/{runId:guid}", DrawAsync).WithName("DrawSample").RequireRole(Roles.Quality, Roles.Regulator);
        runs.MapGet("/{runId:guid}", ReadAsync).WithName("ReadSamplingRun").RequireRole(Readers);
        runs.MapGet("/{runId:guid}/strata", StrataAsync).WithName("ReadSamplingStrata").RequireRole(Readers);
        runs.MapGet("/{runId:guid}/proof", ProofAsync).WithName("ProveSamplingRun").RequireRole(Readers);
        runs.MapGet("/{runId:guid}/population", PopulationAsync).WithName("ReadSamplingPopulation").RequireRole(Readers);
    }

    /// <summary>201 with the draw; 200 when it was made before, or nothing was due: then with the period's last draw.</summary>
    private static async Task<Results<Created<SamplingRun>, Ok<SamplingRun>>> DrawAsync(
        Guid runId,
        DrawRequest request,
        RunDrawing drawing,
        ClaimsPrincipal caller,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var plan = request.PlanId ?? throw QualityFaults.Missing.Exception("planId");
        var period = Months.Of(request.Month, request.Until, time.GetUtcNow());
        var (run, made) = await drawing.DrawAsync(runId, plan, period, Person.Of(caller), cancellationToken);
        return made ? TypedResults.Created($"/api/quality/reviews/runs/{run.RunId}", run) : TypedResults.Ok(run);
    }

    private const string Items = $"""
        select {SamplingStore.RunColumns}, p.name_zh, p.name_en, p.kind, p.setting, r.drawn_at < (r.period_until::timestamp at time zone 'Asia/Shanghai'),
               (select count(*) from quality.review_sample s join quality.review v using (prescription_id)
                where s.run_id = r.run_id and v.stage <> 'concluded'),
               (select count(*) from quality.review_sample s join quality.review v using (prescription_id)
                where s.run_id = r.run_id and v.stage = 'concluded')
        from quality.review_run r join quality.review_plan p on p.plan_id = r.plan_id and p.version = r.plan_version
        """;

    private static RunItem Item(NpgsqlDataReader r) =>
        new(
            SamplingStore.Run(r),
            r.GetString(16),
            r.GetString(17),
            r.GetString(18),
            r.GetString(19),
            r.GetBoolean(20),
            r.GetInt64(21),
            r.GetInt64(22)
        );

    /// <summary>The newest 200, newest first.</summary>
    private static async Task<Ok<RunList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        Guid? plan,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            {Items} where (@plan::uuid is null or r.plan_id = @plan) and {SamplingStore.InSight}
            order by r.drawn_at desc, r.run_id limit 200
            """
        );
        command.Parameters.Add(new NpgsqlParameter("plan", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)plan ?? DBNull.Value });
        Sight.Of(caller, supervision.Value).Guard(command);
        var items = new List<RunItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(Item(reader));
        }

        return TypedResults.Ok(new RunList(items, null));
    }

    private static async Task<Ok<RunItem>> ReadAsync(
        Guid runId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await FindAsync(database, runId, Sight.Of(caller, supervision.Value), cancellationToken));

    private static async Task<RunItem> FindAsync(NpgsqlDataSource database, Guid runId, Sight sight, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Items} where r.run_id = @run and {SamplingStore.InSight}");
        command.Parameters.AddWithValue("run", runId);
        sight.Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Item(reader) : throw QualityFaults.RunNotFound.Exception("runId");
    }

    /// <summary>Strata by institution, department and prescriber; 500 at most a page, <c>next</c> goes on.</summary>
    private static async Task<Ok<StratumList>> StrataAsync(
        Guid runId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        string? institution,
        int? next,
        CancellationToken cancellationToken
    )
    {
        const int Size = 500;
        var sight = Sight.Of(caller, supervision.Value);
        await FindAsync(database, runId, sight, cancellationToken);
        await using var command = database.CreateCommand(
            $"""
            select s.institution_code, department_name, prescriber_code, prescriber_name, s.population, allotted, s.drawn_before, s.drawn
            from quality.review_stratum s join quality.review_run_part part using (run_id, institution_code)
            where run_id = @run and (@only = '' or institution_code = @only) and {Sight.Region}
            order by institution_code, stratum offset @offset limit {Size}
            """
        );
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("only", institution ?? "");
        command.Parameters.AddWithValue("offset", Math.Max(0, next ?? 0));
        sight.Guard(command);
        var items = new List<StratumItem>();
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        while (await r.ReadAsync(cancellationToken))
        {
            items.Add(
                new StratumItem(
                    r.GetString(0),
                    r.GetString(1),
                    r.GetString(2),
                    r.GetString(3),
                    r.GetInt32(4),
                    r.GetInt32(5),
                    r.GetInt32(6),
                    r.GetInt32(7)
                )
            );
        }

        return TypedResults.Ok(new StratumList(items, items.Count < Size ? null : $"{Math.Max(0, next ?? 0) + Size}"));
    }

    /// <summary>The draw made again from its seed, now.</summary>
    private static async Task<Ok<DrawProof>> ProofAsync(
        Guid runId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        SamplingRegulation regulation,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        var sight = Sight.Of(caller, supervision.Value);
        var item = await FindAsync(database, runId, sight, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var proof = await SamplingProof.MakeAsync(connection, item.Run, regulation, cancellationToken);
        return TypedResults.Ok(proof with { Parts = [.. proof.Parts.Where(p => sight.Sees(p.RegionCode))] });
    }

    /// <summary>One institution's population as it was drawn from, for somebody who makes the draw again: CSV of id, department and prescriber.</summary>
    private static async Task<FileContentHttpResult> PopulationAsync(
        Guid runId,
        string? institution,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrEmpty(institution))
        {
            throw QualityFaults.Missing.Exception("institution");
        }

        var sight = Sight.Of(caller, supervision.Value);
        var run = (await FindAsync(database, runId, sight, cancellationToken)).Run;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var plan = await SamplingStore.PlanOfAsync(connection, run.PlanId, run.PlanVersion, cancellationToken);
        var population = await Population.ReadAsync(
            connection,
            new PopulationQuestion(plan, run.PeriodFrom, run.PeriodUntil, run.Cutoff, run.Sequence, run.Pieces, institution),
            cancellationToken
        );
        var lines = population
            .Where(i => i.Key == institution && sight.Sees(i.Value.RegionCode))
            .SelectMany(i => i.Value.Candidates)
            .OrderBy(c => c.Id)
            .Select(c => $"{c.Id:D},{Quoted(c.Department)},{Quoted(c.PrescriberCode)},{(c.Drawn ? 1 : 0)}\r\n");
        return TypedResults.Bytes(
            System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Prepend("prescription_id,department,prescriber_code,drawn_before\r\n"))),
            "text/csv; charset=utf-8",
            $"population-{run.RunId:D}-{institution}.csv"
        );
    }

    private static string Quoted(string text) => '"' + text.Replace("\"", "\"\"") + '"';
}
