using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Setup;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks.Identity;

/// <summary>
/// The register at full size: institutions come in as one CSV file through the public API, people are loaded by SQL; then searches as
/// people type them, from several clients at once, over HTTP.
/// </summary>
internal sealed class RegisterSearch(BenchServers servers, int institutions, int practitioners)
{
    private const int Clients = 4;
    private const int PerKind = 400;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var connection = await servers.DatabaseAsync("institutions-bench");
        await Migrations.ApplyAsync(connection, "institutions", cancellationToken);
        await using var service = await ServiceProcess.StartAsync(
            typeof(InstitutionsFaults),
            new Dictionary<string, string>
            {
                ["ConnectionStrings__database"] = connection,
                ["ConnectionStrings__rabbitmq"] = await servers.BrokerAsync(),
                ["Tokens__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            },
            cancellationToken
        );
        using var operatorClient = Client(service, TestTokens.Of("bench", DemoRegion.Operator.Code, DemoRegion.Hangzhou, Roles.Operator));
        using var regulator = Client(service, TestTokens.Of("bench-2", DemoRegion.Regulators[1].Code, DemoRegion.Yiwu, Roles.Regulator));

        var names = new RegisterLoad(seed: 20260601);
        var (added, again) = await ImportAsync(operatorClient, names, cancellationToken);
        var peak = service.PeakMebibytes();
        await using (var database = NpgsqlDataSource.Create(connection))
        {
            await RegisterLoad.PractitionersAsync(database, practitioners, cancellationToken);
        }

        var institutionSearch = await MeasureAsync(
            operatorClient,
            i => "/api/institutions?search=" + Uri.EscapeDataString(names.InstitutionSearch(i)),
            cancellationToken
        );
        var practitionerSearch = await MeasureAsync(
            operatorClient,
            i => "/api/institutions/practitioners?search=" + Uri.EscapeDataString(names.PractitionerSearch(i)),
            cancellationToken
        );
        var regional = await MeasureAsync(
            regulator,
            i =>
                i % 2 == 0
                    ? "/api/institutions?search=" + Uri.EscapeDataString(names.InstitutionSearch(i))
                    : "/api/institutions/practitioners?search=" + Uri.EscapeDataString(names.PractitionerSearch(i)),
            cancellationToken
        );
        var pages = await PagesAsync(operatorClient, cancellationToken);
        return
        [
            new("identity.import_rows_per_s", added, "rows/s"),
            new("identity.import_again_rows_per_s", again, "rows/s", "import_rows_per_s", again / added),
            new("identity.import_peak_mib", peak, "MiB"),
            new("identity.search_institutions_p50_ms", Statistics.Median(institutionSearch), "ms"),
            new("identity.search_institutions_p99_ms", Statistics.Percentile(institutionSearch, 0.99), "ms"),
            new("identity.search_people_p50_ms", Statistics.Median(practitionerSearch), "ms"),
            new("identity.search_people_p99_ms", Statistics.Percentile(practitionerSearch, 0.99), "ms"),
            new("identity.search_in_region_p99_ms", Statistics.Percentile(regional, 0.99), "ms"),
            new("identity.next_page_p99_ms", Statistics.Percentile(pages, 0.99), "ms"),
        ];
    }

    private async Task<(double Added, double Again)> ImportAsync(HttpClient client, RegisterLoad names, CancellationToken cancellationToken)
    {
        var file = names.InstitutionFile(institutions);
        List<double> rates = [];
        foreach (var expected in (string[])["added", "unchanged"])
        {
            var clock = Stopwatch.StartNew();
            using var body = new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } };
            using var answer = await client.PostAsync("/api/institutions/import/institutions", body, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            using var report = JsonDocument.Parse(text);
            if (!answer.IsSuccessStatusCode || report.RootElement.GetProperty(expected).GetInt32() != institutions)
            {
                throw new InvalidOperationException($"The import answered {(int)answer.StatusCode}: {text[..Math.Min(500, text.Length)]}");
            }

            rates.Add(institutions / clock.Elapsed.TotalSeconds);
        }

        return (rates[0], rates[1]);
    }

    private static async Task<List<double>> MeasureAsync(HttpClient client, Func<int, string> path, CancellationToken cancellationToken)
    {
        // What the first calls compile and read from disk is not counted.
        for (var i = 0; i < 50; i++)
        {
            await TimeAsync(client, path(i), cancellationToken);
        }

        var taken = await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(async lane =>
                {
                    var times = new List<double>(PerKind);
                    for (var i = 0; i < PerKind; i++)
                    {
                        times.Add((await TimeAsync(client, path(50 + lane * PerKind + i), cancellationToken)).Milliseconds);
                    }

                    return times;
                })
        );
        return [.. taken.SelectMany(times => times)];
    }

    /// <summary>Page after page through both lists.</summary>
    private static async Task<List<double>> PagesAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        foreach (var list in (string[])["/api/institutions?limit=200", "/api/institutions/practitioners?limit=200"])
        {
            string? next = null;
            for (var page = 0; page < 100; page++)
            {
                var (time, text) = await TimeAsync(client, next is null ? list : $"{list}&next={next}", cancellationToken);
                times.Add(time);
                using var json = JsonDocument.Parse(text);
                next = json.RootElement.GetProperty("next").GetString();
            }
        }

        return times;
    }

    private static async Task<(double Milliseconds, string Text)> TimeAsync(
        HttpClient client,
        string path,
        CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync(path, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? (Stopwatch.GetElapsedTime(clock).TotalMilliseconds, text)
            : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
    }

    private static HttpClient Client(ServiceProcess service, string token) =>
        new()
        {
            BaseAddress = service.Http,
            Timeout = TimeSpan.FromMinutes(10),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
}
