using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Dispensing;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Tests;
using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(House))]

namespace TcmBrain.Pharmacy.Tests;

/// <summary>
/// Two replicas of the pharmacy on real servers, with the services that tell it of things. One for the assembly; a test that takes its
/// pieces from <see cref="Piece"/> has the shelves to itself.
/// </summary>
public sealed class House : IAsyncLifetime
{
    public const string County = "330105";

    /// <summary>A manufacturer with a licence in date.</summary>
    public const string SupplierName = "浙江示范中药饮片有限公司";

    private readonly Servers servers = new();
    private readonly Stack<IAsyncDisposable> running = [];
    private readonly Lock gate = new();
    private readonly Queue<string> pieces = new(
        Catalogue
            .Default.Herbs.Select(h => h.Name)
            .Where(n => Catalogue.Default.Find(n)?.Name == n && new PieceRules(new CurrentCatalogue()).Of(n).Class == PieceClass.Ordinary)
    );
    private Dictionary<string, string?> settings = [];
    private int numbers;

    public TestService Service { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public Teller Prescriptions { get; private set; } = null!;

    public Teller Quality { get; private set; } = null!;

    public Teller Institutions { get; private set; } = null!;

    public Teller Decoction { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var connection = servers.DatabaseAsync("pharmacy");
        var broker = await servers.BrokerAsync();
        Database = Keep(NpgsqlDataSource.Create(await connection));
        settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:database"] = await connection,
            ["ConnectionStrings:rabbitmq"] = broker,
        };
        Service = Keep(await TestService.StartAsync(typeof(PharmacyFaults).Assembly, settings));
        Keep(await TestService.StartAsync(typeof(PharmacyFaults).Assembly, settings));
        Prescriptions = Keep(await Teller.StartAsync("prescriptions", await servers.DatabaseAsync("prescriptions"), broker));
        Quality = Keep(await Teller.StartAsync("quality", await servers.DatabaseAsync("quality"), broker));
        Decoction = Keep(await Teller.StartAsync("decoction", await servers.DatabaseAsync("decoction"), broker));
        Institutions = Keep(await Teller.StartAsync("institutions", await servers.DatabaseAsync("institutions"), broker));
        await SupplierAsync(Today.AddYears(5), SupplierName);
    }

    /// <summary>After all tests the ledger must hold, whatever they did.</summary>
    public async ValueTask DisposeAsync()
    {
        var checks = await LedgerAudit.RunAsync(Database);
        while (running.TryPop(out var one))
        {
            await one.DisposeAsync();
        }

        await servers.DisposeAsync();
        checks.Where(c => !c.Ok).ShouldBeEmpty();
    }

    /// <summary>One more replica, to be taken away in the middle of something.</summary>
    public Task<TestService> ReplicaAsync() => TestService.StartAsync(typeof(PharmacyFaults).Assembly, settings);

    /// <summary>A pharmacy database of one's own, that no service runs on.</summary>
    public Task<string> DatabaseAsync() => servers.DatabaseAsync("pharmacy");

    /// <summary>A standard piece that no other test uses.</summary>
    public string Piece()
    {
        lock (gate)
        {
            return pieces.Dequeue();
        }
    }

    /// <summary>A valid code of an institution that no other test uses.</summary>
    public string Organisation()
    {
        var body = "91330105MA" + Next().ToString("D7", CultureInfo.InvariantCulture);
        return body + InstitutionCode.CheckCharacter(body);
    }

    /// <summary>A new centre, as institutions tells of it.</summary>
    public async Task<string> CentreAsync(string region = County, double longitude = 120.15, double latitude = 30.31, string? name = null)
    {
        var code = Organisation();
        await RegisterAsync(code, "pharmacy", region, longitude, latitude, name ?? "药房" + code[^4..]);
        return code;
    }

    /// <summary>A new manufacturer of pieces, whose licence holds through that day.</summary>
    public async Task<string> SupplierAsync(DateOnly? licenceExpiresOn, string? name = null)
    {
        var code = Organisation();
        await RegisterAsync(code, "manufacturer", County, 120.4, 29.0, name ?? "饮片厂" + code[^5..], licence: licenceExpiresOn);
        return code;
    }

    public async Task RegisterAsync(
        string code,
        string kind,
        string region,
        double longitude,
        double latitude,
        string name,
        int version = 1,
        DateOnly? licence = null
    )
    {
        var id = await Institutions.TellAsync(
            new InstitutionRegistered
            {
                AggregateId = Guid.CreateVersion7(),
                Version = version,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = code,
                NameZh = name,
                NameEn = name,
                Kind = kind,
                RegionCode = region,
                Longitude = longitude,
                Latitude = latitude,
                LicenceExpiresOn = licence,
            }
        );
        await Told.TakenInAsync(Database, id);
    }

    public HttpClient Dispenser(string centre, string name = "dispenser-1") =>
        Service.Client(TestTokens.Of(name, centre, County, "dispenser"));

    public HttpClient Checker(string centre) => Service.Client(TestTokens.Of("checker-1", centre, County, "pharmacist", "dispenser"));

    /// <summary>A delivered lot in quarantine.</summary>
    public async Task<Guid> GoodsInAsync(string centre, string piece, long grams, int expiresInDays = 300, string? lotNumber = null)
    {
        using var keeper = Dispenser(centre);
        var answer = await keeper.SendAsync("/api/pharmacy/goods-in", Delivery(piece, grams, expiresInDays, lotNumber));
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return answer.Json.GetProperty("lotId").GetGuid();
    }

    public Dictionary<string, object?> Delivery(string piece, long grams, int expiresInDays = 300, string? lotNumber = null) =>
        new()
        {
            ["piece"] = piece,
            ["lotNumber"] = lotNumber ?? "L" + Next(),
            ["supplier"] = SupplierName,
            ["origin"] = "浙江磐安",
            ["quantityMilligrams"] = grams * 1000,
            ["producedOn"] = Today.AddDays(-100).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["expiresOn"] = Today.AddDays(expiresInDays).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["certificate"] = "QC-2026-001",
        };

    public static DateOnly Today => RegionTime.DayOf(DateTimeOffset.UtcNow);

    public LotReleased Released(Guid lot, int version = 1) =>
        new()
        {
            AggregateId = lot,
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            CentreCode = "",
            Piece = "",
            LotNumber = "",
            ReleasedBy = "质控员",
        };

    public LotRejected Rejected(Guid lot, int version = 1) =>
        new()
        {
            AggregateId = lot,
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            CentreCode = "",
            Piece = "",
            LotNumber = "",
            RejectedBy = "质控员",
            Reason = "含量不合格",
        };

    public RecallIssued Recalled(Guid lot, int version = 2) =>
        new()
        {
            AggregateId = lot,
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            CentreCode = "",
            Piece = "",
            LotNumber = "",
            IssuedBy = "质控员",
            Reason = "农药残留",
        };

    /// <summary>Quality says so, and it is taken in.</summary>
    public async Task SayAsync(Event e) => await Told.TakenInAsync(Database, await Quality.TellAsync(e));

    /// <summary>A lot that may be used.</summary>
    public async Task<Guid> StockAsync(string centre, string piece, long grams, int expiresInDays = 300, string? lotNumber = null)
    {
        var lot = await GoodsInAsync(centre, piece, grams, expiresInDays, lotNumber);
        await SayAsync(Released(lot));
        return lot;
    }

    /// <summary>7 doses; a line is a piece with its grams in one dose.</summary>
    public PrescriptionApproved Approved(params (string Piece, int Grams)[] lines) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 3,
            OccurredAt = DateTimeOffset.UtcNow,
            InstitutionCode = "12330105MB00000000",
            RegionCode = "330106",
            HisNumber = "RX-" + Next(),
            Revision = 1,
            ApprovedBy = "system",
            Lines = [.. lines.Select((l, i) => new PrescriptionLine(i + 1, l.Piece, Weight.FromGrams(l.Grams), i == 1 ? "后下" : ""))],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = false,
            DeliveryRegionCode = County,
            SyndromeName = "脾胃虚弱证",
        };

    public PrescriptionCancelled Cancelled(PrescriptionApproved e) =>
        new()
        {
            AggregateId = e.AggregateId,
            Version = 4,
            OccurredAt = DateTimeOffset.UtcNow,
            InstitutionCode = e.InstitutionCode,
            RegionCode = e.RegionCode,
            HisNumber = e.HisNumber,
            Revision = e.Revision,
            CancelledBy = "his-1",
            Reason = "开错方",
            StateReached = "APPROVED",
        };

    public static ParcelDelivered Delivered(PrescriptionApproved e, DateTimeOffset at) =>
        new()
        {
            AggregateId = e.AggregateId,
            Version = 6,
            OccurredAt = at,
            InstitutionCode = e.InstitutionCode,
            RegionCode = e.RegionCode,
            HisNumber = e.HisNumber,
            Revision = e.Revision,
            ParcelId = Guid.CreateVersion7(),
            Sscc = "",
            CentreCode = "",
            Courier = "",
            BagSerials = [],
            DeliveryRegionCode = e.DeliveryRegionCode,
        };

    /// <summary>Tells of it and waits until it is taken in.</summary>
    public async Task<Guid> ArriveAsync(PrescriptionEvent e, string? trace = null)
    {
        await Told.TakenInAsync(Database, await Prescriptions.TellAsync(e, trace));
        return e.AggregateId;
    }

    /// <summary>A prescription with its grams set aside.</summary>
    public async Task<Guid> ReservedAsync(PrescriptionApproved e)
    {
        await ArriveAsync(e);
        (await StateAsync(e.AggregateId)).ShouldBe("reserved");
        return e.AggregateId;
    }

    public Task<string> StateAsync(Guid prescription) =>
        ScalarAsync<string>("select state from pharmacy.prescriptions where id = $1", prescription);

    /// <summary>quarantine, available, reserved, dispensed in grams.</summary>
    public async Task<(long Quarantine, long Available, long Reserved, decimal Dispensed)> LotAsync(Guid lot)
    {
        await using var command = Database.CreateCommand(
            "select quarantine / 1000, available / 1000, reserved / 1000, dispensed / 1000.0 from pharmacy.lot_balances where lot_id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = lot });
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDecimal(3));
    }

    public async Task<IReadOnlyList<T>> ToldAsync<T>(Guid aggregate)
        where T : Event => [.. (await Told.OfAsync(Database, aggregate)).Select(t => t.Event).OfType<T>()];

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    private int Next() => Interlocked.Increment(ref numbers);

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        running.Push(one);
        return one;
    }
}

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public void ShouldBeRefused(string code, HttpStatusCode status, string? field = null)
    {
        Status.ShouldBe(status, Text);
        Json.GetProperty("code").GetString().ShouldBe(code);
        if (field is not null)
        {
            Json.GetProperty("faults")
                .EnumerateArray()
                .Select(f => f.TryGetProperty("field", out var at) ? at.GetString() : "")
                .ShouldContain(field);
        }
    }

    public IEnumerable<string?> Codes => Json.GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("code").GetString());
}

public static class Asking
{
    public static async Task<Answer> SendAsync(this HttpClient client, string path, object? body = null, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static async Task<Answer> ReadAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static async Task<JsonElement> JsonAsync(this HttpClient client, string path)
    {
        var answer = await client.ReadAsync(path);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }
}
