using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Setup;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks;

/// <summary>
/// A month of a region's prescriptions drawn by institution, department and prescriber, every review of the sample concluded, and the rates
/// read by every cut: the bar is ten seconds for a million. And noting what comes in, beside an empty register. Through the service's own
/// HTTP and events.
/// </summary>
/// <param name="rows">prescriptions of the month</param>
/// <param name="noted">events told for the speed of noting</param>
internal sealed class SamplingBenchmark(BenchServers servers, int rows, int noted)
{
    private const int Institutions = 300;
    private const string Centre = "12330100MB00000517";
    private static readonly string[] Cuts = ["institution", "region", "department", "prescriber", "code", "month", "plan"];

    // Uneven as life is: the square root makes the later institutions and prescribers the busier ones.
    private const string Fill = """
        insert into quality.prescription (prescription_id, institution_code, region_code, his_number, revision, received_version, received_at,
            month, department_name, syndrome_name, doses, days, line_count, fee_fen, visit_kind, prescriber_code, prescriber_name, urgent,
            audited_version, outcome, findings, approved_version, approved_by, lines, noted)
        select ('0193' || substr(md5(i::text), 1, 8) || '7' || substr(md5(i::text), 10, 3) || '8' || substr(md5(i::text), 14, 15))::uuid,
            '91330106MA' || lpad(floor(sqrt(((i * 7919) % 90000)::float8))::text, 7, '0') || 'X', '330106', 'B-' || i, 1, 1,
            $2, $1, '科室' || (i * 31 % 8), '风寒束表证', 7, 7, 10, 12300, 'outpatient', 'D' || (i * 31 % 8) || floor(sqrt((i * 104729 % 25)::float8)),
            '医师' || (i % 40), false, 2, 'advise', '[{"ruleId":"dose.over","severity":"advise","lineNumbers":[1]}]', 3, 'system',
            '[{"lineNumber":1,"piece":"麻黄","perDose":9000,"handling":""},{"lineNumber":2,"piece":"桂枝","perDose":9000,"handling":""}]',
            nextval('quality.register_number')
        from generate_series($3::bigint, $4::bigint) i
        """;

    // What reviewers would take weeks for: one in four irrational, under codes that differ.
    private const string Conclude = """
        with verdict as (
            insert into quality.review_verdict (prescription_id, round, rational, codes, decisions, suggested, comment, reviewer, reviewer_name,
                reviewer_code, given_at)
            select prescription_id, 1, n % 4 > 0, case when n % 4 > 0 then '{}' else array[(1 + n % 3) || '-' || (1 + n % 4)] end, '[]', '[]', '',
                'bench', 'bench', $1, now()
            from (select prescription_id, row_number() over () as n from quality.review) numbered returning prescription_id, rational, codes)
        update quality.review v set stage = 'concluded', final_rational = verdict.rational, final_codes = verdict.codes, concluded_at = now()
        from verdict where v.prescription_id = verdict.prescription_id
        """;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var connection = await servers.DatabaseAsync("quality-bench");
        var prescriptions = await servers.DatabaseAsync("prescriptions-quality-bench");
        await Migrations.ApplyAsync(connection, "quality");
        await Migrations.ApplyAsync(prescriptions, "prescriptions");
        var broker = await servers.BrokerAsync();
        await using var database = NpgsqlDataSource.Create(connection + ";Command Timeout=0");
        await using var service = await TestService.StartAsync(
            typeof(Quality.QualityFaults).Assembly,
            new Dictionary<string, string?> { ["ConnectionStrings:database"] = connection, ["ConnectionStrings:rabbitmq"] = broker }
        );
        await using var teller = await Teller.StartAsync("prescriptions", prescriptions, broker);
        var young = await NotedPerSecondAsync(teller, database, cancellationToken);
        var month = new DateOnly(DateTime.UtcNow.Year, DateTime.UtcNow.Month, 1);
        await FillAsync(database, month, cancellationToken);
        var grown = await NotedPerSecondAsync(teller, database, cancellationToken);

        using var reviewer = service.Client(TestTokens.Of("bench", Centre, "330100", "quality"));
        reviewer.Timeout = TimeSpan.FromMinutes(10);
        var plan = Guid.CreateVersion7();
        await PutAsync(
            reviewer,
            $"plans/{plan}",
            new
            {
                kind = "routine",
                nameZh = "常规",
                nameEn = "Routine",
                setting = "outpatient",
                sharePermyriad = 50,
                minimum = 100,
                reason = "bench",
            },
            cancellationToken
        );
        var clock = Stopwatch.StartNew();
        var run = await PutAsync(
            reviewer,
            $"runs/{Guid.CreateVersion7()}",
            new { planId = plan, month = month.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture) },
            cancellationToken
        );
        var draw = clock.Elapsed.TotalSeconds;
        await using (var conclude = database.CreateCommand(Conclude))
        {
            conclude.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Centre });
            await conclude.ExecuteNonQueryAsync(cancellationToken);
        }

        clock.Restart();
        foreach (var by in Cuts)
        {
            (await reviewer.GetAsync($"/api/quality/reviews/rates?by={by}", cancellationToken)).EnsureSuccessStatusCode();
        }

        var aggregate = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var proof = await reviewer.GetFromJsonAsync<JsonElement>(
            $"/api/quality/reviews/runs/{run.GetProperty("runId").GetGuid()}/proof",
            cancellationToken
        );
        if (!proof.GetProperty("holds").GetBoolean())
        {
            throw new InvalidOperationException("The draw does not come out again.");
        }

        return
        [
            new Figure("quality.population", run.GetProperty("population").GetInt32(), "prescr."),
            new Figure("quality.sampled", run.GetProperty("drawn").GetInt32(), "prescr."),
            new Figure("quality.draw_s", draw, "s"),
            new Figure("quality.rates_7_cuts_s", aggregate, "s"),
            new Figure("quality.draw_and_rates_s", draw + aggregate, "s", "bar of 10 s", (draw + aggregate) / 10),
            new Figure("quality.proof_s", clock.Elapsed.TotalSeconds, "s"),
            new Figure("quality.noted_per_s", young, "events/s"),
            new Figure("quality.noted_per_s_grown", grown, "events/s", $"{rows:#,0} rows fewer", grown / young),
        ];
    }

    private async Task FillAsync(NpgsqlDataSource database, DateOnly month, CancellationToken cancellationToken)
    {
        const int Step = 500_000;
        for (var from = 1; from <= rows; from += Step)
        {
            await using var fill = database.CreateCommand(Fill);
            fill.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = month });
            fill.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = DateTime.UtcNow });
            fill.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
            fill.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Math.Min(rows, from + Step - 1) });
            await fill.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var analyze = database.CreateCommand("vacuum analyze quality.prescription");
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>From telling to the last row, by the service's own inbox.</summary>
    private async Task<double> NotedPerSecondAsync(Teller teller, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var told = Enumerable.Range(0, noted).Select(i => Received(i)).ToArray();
        var clock = Stopwatch.StartNew();
        await teller.TellAsync(told);
        var ids = told.Select(e => e.AggregateId).ToArray();
        await Eventually.Be(
            async () =>
            {
                await using var count = database.CreateCommand("select count(*) from quality.prescription where prescription_id = any($1)");
                count.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
                return (long)(await count.ExecuteScalarAsync(cancellationToken))! == noted;
            },
            "all are noted",
            TimeSpan.FromMinutes(5)
        );
        return noted / clock.Elapsed.TotalSeconds;
    }

    private static PrescriptionReceived Received(int i) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = DateTimeOffset.UtcNow.AddDays(-70),
            InstitutionCode = "91330106MA000" + (1000 + (i % Institutions)) + "X",
            RegionCode = "330106",
            HisNumber = "N-" + i,
            Revision = 1,
            DepartmentName = "中医内科",
            DiseaseCode = "A01.01.01",
            SyndromeCode = "B02",
            SyndromeName = "风寒束表证",
            Doses = 7,
            LineCount = 10,
            Urgent = false,
            FeeFen = 12_300,
            VisitKind = "outpatient",
            PrescriberCode = "D1",
            PrescriberName = "医师",
            Days = 7,
        };

    private static async Task<JsonElement> PutAsync(HttpClient client, string path, object body, CancellationToken cancellationToken)
    {
        using var response = await client.PutAsJsonAsync("/api/quality/reviews/" + path, body, cancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
            : throw new InvalidOperationException($"{path}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
