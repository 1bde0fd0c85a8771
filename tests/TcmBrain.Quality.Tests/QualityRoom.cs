using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Quality.Tests;
using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(QualityRoom))]

namespace TcmBrain.Quality.Tests;

/// <summary>The quality service on real servers, with the services that tell it things. One for the assembly.</summary>
public sealed class QualityRoom : IAsyncLifetime
{
    /// <summary>A quality centre that also looks after Yiwu.</summary>
    public const string Centre = "12330100MB00000517";

    private readonly Servers servers = new();
    private TestService? service;
    private NpgsqlDataSource? database;
    private int numbers;

    public TestService Service => service!;

    public NpgsqlDataSource Database => database!;

    public Teller Prescriptions { get; private set; } = null!;

    public Teller Pharmacy { get; private set; } = null!;

    public Teller Decoction { get; private set; } = null!;

    public Teller Traceability { get; private set; } = null!;

    public Teller Institutions { get; private set; } = null!;

    public DateTimeOffset Now { get; } = new(DateTime.UtcNow.AddHours(-1), TimeSpan.Zero);

    public async ValueTask InitializeAsync()
    {
        var broker = await servers.BrokerAsync();
        var connection = await servers.DatabaseAsync("quality");
        database = NpgsqlDataSource.Create(connection);
        service = await TestService.StartAsync(
            typeof(QualityFaults).Assembly,
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:database"] = connection,
                ["ConnectionStrings:rabbitmq"] = broker,
                ["Reviews:WatchSeconds"] = "1",
                [$"Supervision:Regions:{Centre}:0"] = "330100",
                [$"Supervision:Regions:{Centre}:1"] = "330782",
            }
        );
        Prescriptions = await Teller.StartAsync("prescriptions", await servers.DatabaseAsync("prescriptions"), broker);
        Pharmacy = await Teller.StartAsync("pharmacy", await servers.DatabaseAsync("pharmacy"), broker);
        Decoction = await Teller.StartAsync("decoction", await servers.DatabaseAsync("decoction"), broker);
        Institutions = await Teller.StartAsync("institutions", await servers.DatabaseAsync("institutions"), broker);
        Traceability = await Teller.StartAsync("traceability", await servers.DatabaseAsync("traceability"), broker);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (
            var started in new IAsyncDisposable?[]
            {
                Prescriptions,
                Pharmacy,
                Decoction,
                Institutions,
                Traceability,
                service,
                database,
                servers,
            }
        )
        {
            if (started is not null)
            {
                await started.DisposeAsync();
            }
        }
    }

    /// <summary>An organisation that no other test uses, registered in a county of Hangzhou or wherever asked.</summary>
    public string Organisation(string region = "330105")
    {
        var body = "91" + region + "MA" + Interlocked.Increment(ref numbers).ToString("D7", CultureInfo.InvariantCulture);
        return body + InstitutionCode.CheckCharacter(body);
    }

    public HttpClient Controller(string institution = Centre, string region = "330100", string subject = "quality-1") =>
        Service.Client(TestTokens.Of(subject, institution, region, "quality"));

    public async Task TakenInAsync(params Guid[] messages)
    {
        foreach (var message in messages)
        {
            await Told.TakenInAsync(Database, message);
        }
    }

    public LotAccepted Lot(string piece = "白芍", string? centre = null) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = Now,
            CentreCode = centre ?? Organisation(),
            Piece = piece,
            LotNumber = "2611" + Interlocked.Increment(ref numbers).ToString("D4", CultureInfo.InvariantCulture),
            Supplier = "示范饮片厂",
            Origin = "安徽亳州",
            Quantity = Weight.FromGrams(50_000),
            ProducedOn = new DateOnly(2026, 3, 1),
            ExpiresOn = DateOnly.FromDateTime(DateTime.UtcNow.AddYears(1)),
            AcceptedBy = "验收员",
        };

    public async Task<LotAccepted> ArriveAsync(LotAccepted lot)
    {
        await TakenInAsync(await Pharmacy.TellAsync(lot));
        return lot;
    }

    public PrescriptionReceived Received(string institution, string region = "330106") =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = Now,
            InstitutionCode = institution,
            RegionCode = region,
            HisNumber = "RX-" + Interlocked.Increment(ref numbers).ToString(CultureInfo.InvariantCulture),
            Revision = 1,
            DepartmentName = "中医内科",
            DiseaseCode = "A01.01.01",
            SyndromeCode = "B02.02.04.01.01.02",
            SyndromeName = "风寒束表证",
            Doses = 7,
            LineCount = 4,
            Urgent = false,
            FeeFen = 12_300,
            DiseaseName = "感冒",
            VisitKind = "outpatient",
            PrescriberCode = "D001",
            PrescriberName = "张医师",
            Days = 7,
            PatientYears = 40,
        };

    public static PrescriptionAudited Audited(PrescriptionReceived rx, params string[] ruleIds) =>
        new()
        {
            AggregateId = rx.AggregateId,
            Version = 2,
            OccurredAt = rx.OccurredAt,
            InstitutionCode = rx.InstitutionCode,
            RegionCode = rx.RegionCode,
            HisNumber = rx.HisNumber,
            Revision = rx.Revision,
            Outcome = "advise",
            Release = "test",
            Findings = [.. ruleIds.Select(id => new AuditedFinding(id, "advise", [1]))],
        };

    public static PrescriptionApproved Approved(PrescriptionReceived rx) =>
        new()
        {
            AggregateId = rx.AggregateId,
            Version = 3,
            OccurredAt = rx.OccurredAt,
            InstitutionCode = rx.InstitutionCode,
            RegionCode = rx.RegionCode,
            HisNumber = rx.HisNumber,
            Revision = rx.Revision,
            ApprovedBy = "system",
            Lines = [new PrescriptionLine(1, "麻黄", Weight.FromGrams(9), "")],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = false,
            DeliveryRegionCode = "330110",
            SyndromeName = rx.SyndromeName,
        };

    public static PrescriptionChecked Checked(PrescriptionReceived rx, string centre) =>
        new()
        {
            AggregateId = rx.AggregateId,
            Version = 6,
            OccurredAt = rx.OccurredAt,
            InstitutionCode = rx.InstitutionCode,
            RegionCode = rx.RegionCode,
            HisNumber = rx.HisNumber,
            Revision = rx.Revision,
            CentreCode = centre,
            Checker = "复核员",
            Dispenser = "调剂员",
            Portions = [],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = false,
            DeliveryRegionCode = "330110",
            SyndromeName = rx.SyndromeName,
        };

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

    public IReadOnlyList<JsonElement> Items => [.. Json.GetProperty("items").EnumerateArray()];

    public void ShouldBeRefused(string code, HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        Json.GetProperty("code").GetString().ShouldBe(code);
    }
}

public static class Asking
{
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

    /// <summary>The item of a list, over all its pages; null when it is not in it.</summary>
    public static async Task<JsonElement?> FindAsync(this HttpClient client, string path, string property, Guid id)
    {
        string? next = null;
        do
        {
            var page = await client.ReadAsync($"{path}{(path.Contains('?') ? '&' : '?')}limit=500&next={next}");
            page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
            foreach (var item in page.Items)
            {
                if (item.GetProperty(property).GetGuid() == id)
                {
                    return item;
                }
            }

            next = page.Json.GetProperty("next").GetString();
        } while (next is not null);

        return null;
    }
}
