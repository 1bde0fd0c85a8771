using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Tests;
using TcmBrain.Exchange;
using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(Room))]

namespace TcmBrain.Decoction.Tests;

/// <summary>The decoction service on real servers, with a pharmacy that tells it of checked prescriptions. One for the assembly.</summary>
public sealed class Room : IAsyncLifetime
{
    private readonly Servers servers = new();

    /// <summary>As an OTLP exporter would: without a listener nobody starts a span.</summary>
    private readonly ActivityListener tracing = new()
    {
        ShouldListenTo = source => source.Name is ExchangeTelemetry.Name or "MassTransit",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };
    private Teller? pharmacy;
    private Teller? institutions;
    private Teller? lifecycle;
    private StandInPrescriptions? prescriptions;
    private TestService? service;
    private NpgsqlDataSource? database;
    private int numbers;

    public Teller Pharmacy => pharmacy!;

    public TestService Service => service!;

    /// <summary>What the service was started with, for another instance beside it.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = new Dictionary<string, string?>();

    public NpgsqlDataSource Database => database!;

    /// <summary>Some time ago, so that a whole job fits between it and now.</summary>
    public DateTimeOffset Morning { get; } = new(DateTime.UtcNow.Date.AddDays(-1).AddHours(1), TimeSpan.Zero);

    public async ValueTask InitializeAsync()
    {
        ActivitySource.AddActivityListener(tracing);
        var connection = servers.DatabaseAsync("decoction");
        var broker = await servers.BrokerAsync();
        database = NpgsqlDataSource.Create(await connection);
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:database"] = await connection,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["Vessels:PerCentre"] = "12",
            ["Records:SigningKey"] = Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]),
            ["services:prescriptions:http:0"] = (prescriptions = await StandInPrescriptions.StartAsync()).Address.ToString(),
            ["Delivery:PageAddress"] = "https://tcm.example",
        };
        Settings = settings;
        service = await TestService.StartAsync(typeof(DecoctionFaults).Assembly, settings);
        pharmacy = await Teller.StartAsync("pharmacy", await servers.DatabaseAsync("pharmacy"), broker);
        lifecycle = await Teller.StartAsync("prescriptions", await servers.DatabaseAsync("prescriptions"), broker);
        institutions = await Teller.StartAsync("institutions", await servers.DatabaseAsync("institutions"), broker);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var teller in new[] { institutions, lifecycle })
        {
            if (teller is not null)
            {
                await teller.DisposeAsync();
            }
        }

        if (prescriptions is not null)
        {
            await prescriptions.DisposeAsync();
        }

        if (pharmacy is not null)
        {
            await pharmacy.DisposeAsync();
        }

        if (service is not null)
        {
            await service.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }

        await servers.DisposeAsync();
        tracing.Dispose();
    }

    /// <summary>Settings for a service with a database and a broker of its own, with somebody who tells it of checked prescriptions.</summary>
    public async Task<(Dictionary<string, string?> Settings, Teller Pharmacy)> ApartAsync()
    {
        var broker = await servers.BrokerAsync();
        var own = new Dictionary<string, string?>(Settings)
        {
            ["ConnectionStrings:database"] = await servers.DatabaseAsync("decoction"),
            ["ConnectionStrings:rabbitmq"] = broker,
        };
        return (own, await Teller.StartAsync("pharmacy", await servers.DatabaseAsync("pharmacy"), broker));
    }

    /// <summary>A centre (or hospital) that no other test uses.</summary>
    public string Organisation()
    {
        var body = "91330105MA" + Interlocked.Increment(ref numbers).ToString("D7", CultureInfo.InvariantCulture);
        return body + InstitutionCode.CheckCharacter(body);
    }

    public HttpClient Worker(string centre) => Service.Client(TestTokens.Of("decoction-1", centre, "330105", "decoction"));

    /// <summary>A pharmacist of the centre, who decides.</summary>
    public HttpClient Pharmacist(string centre) => Service.Client(TestTokens.Of("pharmacist-9", centre, "330105", "pharmacist"));

    public HttpClient Who(string role, string institution) => Service.Client(TestTokens.Of(role + "-1", institution, "330105", role));

    /// <summary>What prescriptions takes for right, by prescription.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<Guid, string> RightCodes => prescriptions!.RightCodes;

    /// <summary>What prescriptions was asked, by path.</summary>
    public StandInPrescriptions Prescriptions => prescriptions!;

    public HttpClient Courier(string centre) => Service.Client(TestTokens.Of("courier-1", centre, "330105", "courier"));

    public PrescriptionChecked Checked(string centre) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 6,
            OccurredAt = Morning,
            InstitutionCode = Organisation(),
            RegionCode = "330106",
            HisNumber = "RX-" + Interlocked.Increment(ref numbers).ToString(CultureInfo.InvariantCulture),
            Revision = 1,
            CentreCode = centre,
            Checker = "复核员",
            Dispenser = "调剂员",
            Portions = [Portion(1, "茯苓", 15), Portion(2, "陈皮", 9), Portion(3, "当归", 10)],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = false,
            DeliveryRegionCode = "330110",
            SyndromeName = "肝郁气滞证",
        };

    /// <summary>Prescriptions tells that it has ended.</summary>
    public async Task ReturnAsync(Guid prescription, string cause)
    {
        var id = await lifecycle!.TellAsync(
            new PrescriptionReturned
            {
                AggregateId = prescription,
                Version = 4,
                OccurredAt = Morning.AddHours(2),
                InstitutionCode = Organisation(),
                RegionCode = "330106",
                HisNumber = "x",
                Revision = 1,
                ReturnedBy = "system",
                Reason = "x",
                Cause = cause,
                StateReached = "Shipped",
            }
        );
        await Told.TakenInAsync(Database, id);
    }

    /// <summary>The register tells of an institution.</summary>
    public async Task NameAsync(string code, string zh, string en)
    {
        var id = await institutions!.TellAsync(
            new InstitutionRegistered
            {
                AggregateId = Guid.CreateVersion7(),
                Version = 1,
                OccurredAt = Morning,
                Code = code,
                NameZh = zh,
                NameEn = en,
                Kind = "hospital",
                RegionCode = "330106",
            }
        );
        await Told.TakenInAsync(Database, id);
    }

    public static WeighedPortion Portion(int line, string piece, int grams, string handling = "") =>
        new(line, piece, Guid.CreateVersion7(), "L" + line, Weight.FromGrams(grams), handling);

    /// <summary>Tells of it and waits until the job stands.</summary>
    public async Task<PrescriptionChecked> ArriveAsync(PrescriptionChecked e, string? traceParent = null)
    {
        var id = await Pharmacy.TellAsync(e, traceParent);
        await Told.TakenInAsync(Database, id);
        return e;
    }

    public Task<PrescriptionChecked> ArriveAsync(string centre) => ArriveAsync(Checked(centre));

    /// <summary>From the first water to the last bag, with the recipe's own minutes.</summary>
    public async Task<DateTimeOffset> DecoctAsync(
        HttpClient worker,
        Guid prescription,
        string vessel,
        DateTimeOffset from,
        bool check = true
    )
    {
        var at = from;
        var recipe = JsonDocument
            .Parse(await ScalarAsync<string>("select recipe::text from decoction.job where prescription_id = $1", prescription))
            .RootElement;
        foreach (
            var (step, minutes) in new[]
            {
                ("soaking", Target("soak")),
                ("first-boil", Target("firstBoil")),
                ("second-boil", Target("secondBoil")),
                ("packing", 10),
            }
        )
        {
            var additions = recipe
                .GetProperty("moments")
                .EnumerateArray()
                .Where(m => step == "first-boil" && m.GetProperty("handling").GetString() == "后下")
                .Select(m => new
                {
                    handling = m.GetProperty("handling").GetString(),
                    doneAt = at.AddMinutes(m.GetProperty("minute").GetInt32()),
                });
            var answer = await worker.ReportAsync(
                prescription,
                step,
                new
                {
                    vessel,
                    startedAt = at,
                    finishedAt = at.AddMinutes(minutes),
                    additions,
                }
            );
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
            at = at.AddMinutes(minutes);
        }

        // A job that is held or scrapped has nothing to count.
        if (check && await ScalarAsync<string>("select state from decoction.job where prescription_id = $1", prescription) == "packed")
        {
            var counted = await CheckPackingAsync(worker, prescription, at);
            counted.Status.ShouldBe(HttpStatusCode.OK, counted.Text);
        }

        return at;

        int Target(string step) => recipe.GetProperty(step).GetProperty("target").GetInt32();
    }

    /// <summary>Everything counted and found right.</summary>
    public async Task<Answer> CheckPackingAsync(HttpClient worker, Guid prescription, DateTimeOffset at)
    {
        var serials = await ScalarAsync<string[]>(
            "select array_agg(serial order by number) from decoction.bag where prescription_id = $1",
            prescription
        );
        return await worker.SendAsync(
            $"/api/decoction/jobs/{prescription}/packing-check",
            new
            {
                checkedAt = at,
                counted = serials.Length,
                measured = serials
                    .Take(2)
                    .Select(serial => new
                    {
                        serial,
                        millilitres = 200,
                        @sealed = true,
                    }),
                sample = new { millilitres = 50, place = "留样柜 1-1" },
            }
        );
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Code => Json.GetProperty("code").GetString()!;

    public void ShouldBeRefused(string code, HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        Code.ShouldBe(code);
    }
}

public static class Asking
{
    public static Task<Answer> ReportAsync(this HttpClient client, Guid prescription, string stepAndWhat, object body) =>
        client.SendAsync($"/api/decoction/jobs/{prescription}/steps/{stepAndWhat}", body);

    public static async Task<Answer> SendAsync(this HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static async Task<Answer> ReadAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
