using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests.Indicators;

[CollectionDefinition(PlanRegion.Shared)]
public sealed class PlanRegionShared : ICollectionFixture<PlanRegion>;

/// <summary>
/// The same small register in a county of each of the four plans' regions, told by events as institutions tells them: small enough to be counted by
/// hand, with somebody suspended, somebody moved up and a hospital that grew since 2020.
/// </summary>
public sealed class PlanRegion(Servers servers) : IAsyncLifetime
{
    public const string Shared = "plans";
    public static readonly string[] Counties = ["330782", "310101", "330106", "370602"];

    /// <summary>When the register began.</summary>
    public static readonly DateTimeOffset Begun = new(2020, 6, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When it changed.</summary>
    public static readonly DateTimeOffset Grown = new(2022, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<TakenEvent> events = [];

    internal CockpitHost Host { get; private set; } = null!;

    public static string Operator => TestTokens.Sign(new TestToken("operator", "91330100470100008W", null, ["operator"]));

    public static string Regulator(string region, string name = "regulator", string institution = "11330100470100005E") =>
        TestTokens.Of(name, institution, region, "regulator");

    public async ValueTask InitializeAsync()
    {
        Host = await CockpitHost.StartAsync(servers);
        foreach (var (code, population) in ((string, int)[])[("330000", 0), ("330100", 0), ("330700", 0), ("310000", 0), ("370600", 0)])
        {
            Region(code, population);
        }

        foreach (var county in Counties)
        {
            Region(county, 500_000);
            County(county);
        }

        await Host.TellAsync([.. events.OrderBy(_ => Random.Shared.Next())]);
    }

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();

    public Task<JsonElement> GetAsync(string token, string path) => Host.GetAsync(token, path);

    /// <summary>The answer's status and its code, empty when it was taken.</summary>
    public async Task<(int Status, string Code, JsonElement Body)> SendAsync(
        string token,
        HttpMethod method,
        string path,
        object? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var client = Host.Service.Client(token);
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body switch
            {
                null => null,
                byte[] bytes => new ByteArrayContent(bytes) { Headers = { { "Content-Type", "text/csv" } } },
                _ => JsonContent.Create(body, options: JsonSerializerOptions.Web),
            },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request);
        var bytesBack = await answer.Content.ReadAsByteArrayAsync();
        var json = bytesBack.Length == 0 ? default : JsonElement.Parse(bytesBack);
        var code = (int)answer.StatusCode >= 400 && json.ValueKind == JsonValueKind.Object ? json.GetProperty("code").GetString()! : "";
        return ((int)answer.StatusCode, code, json);
    }

    public static string CodeOf(string county, char letter) => $"12{county}4701{letter}0000X"[..18];

    private void County(string county)
    {
        void Place(
            char letter,
            string kind,
            string ownership,
            string level,
            int beds,
            string departments,
            string attributes,
            bool hall = false
        ) => Institution(county, letter, 1, Begun, kind, ownership, level, beds, departments, attributes, hall);

        Place(
            'A',
            "tcm-hospital",
            "public",
            "三级甲等",
            200,
            "50.01 50.15 50.17",
            "internet-consultation=1 emr-level=5 featured-specialties=9 key-specialties=7"
        );
        // It grew, and has a geriatrics department since.
        Institution(
            county,
            'A',
            2,
            Grown,
            "tcm-hospital",
            "public",
            "三级甲等",
            400,
            "50.01 50.12 50.15 50.17",
            "internet-consultation=1 emr-level=5 featured-specialties=9 key-specialties=7",
            false
        );
        Place(
            'B',
            "tcm-hospital",
            "public",
            "二级甲等",
            200,
            "50.01 50.12",
            "county-hospital=1 emr-level=3 featured-specialties=6 key-specialties=3 technique-base=1"
        );
        Place('C', "tcm-hospital", "private", "未定级", 50, "50.01", "");
        Place('D', "hospital", "public", "三级乙等", 900, "03 50", "");
        Place('E', "hospital", "public", "二级甲等", 300, "05 50.01", "maternal-child=1");
        Place('F', "hospital", "public", "二级乙等", 100, "03", "");
        Place('Q', "hospital", "public", "一级甲等", 80, "03", "");
        Place('G', "community", "public", "", 20, "50.01", "special-clinics=2", hall: true);
        Place('H', "community", "public", "", 20, "02", "special-clinics=1");
        Place('I', "station", "public", "", 0, "50.01", "village-clinic=1 tcm-featured=1 tcm-services=1", hall: true);
        Place('J', "station", "public", "", 0, "02", "village-clinic=1");
        Place('K', "station", "public", "", 0, "02", "tcm-featured=1");
        Place('L', "station", "public", "", 0, "02", "");
        Place('M', "manufacturer", "private", "", 0, "", "leading-enterprise=1");
        Place('N', "planting", "private", "", 0, "", "");
        Place('S', "tcm-hospital", "public", "三级甲等", 999, "50.01 50.12 50.17", "emr-level=8 featured-specialties=1");
        Tell(
            new InstitutionSuspended
            {
                AggregateId = Guid.CreateVersion7(),
                Version = 2,
                OccurredAt = Begun.AddDays(1),
                Code = CodeOf(county, 'S'),
                Reason = "停用",
            }
        );

        People(county, 'A', 2, "tcm", Begun);
        People(county, 'A', 1, "tcm", Grown);
        People(county, 'A', 1, "tcm", Begun, grade: "national");
        People(county, 'A', 2, "clinical", Begun);
        People(county, 'A', 3, "", Begun, category: "pharmacist");
        People(county, 'B', 1, "tcm", Begun);
        var raised = People(county, 'B', 1, "tcm", Begun);
        Person(county, 'B', raised, 2, Grown, "physician", "tcm", "provincial", false);
        People(county, 'B', 2, "clinical", Begun);
        People(county, 'C', 1, "tcm", Begun);
        People(county, 'D', 1, "tcm", Begun);
        People(county, 'D', 3, "clinical", Begun);
        People(county, 'G', 1, "tcm", Begun, general: true);
        People(county, 'G', 1, "tcm", Grown);
        People(county, 'G', 3, "clinical", Begun);
        People(county, 'H', 1, "clinical", Begun, general: true);
        People(county, 'I', 1, "tcm", Grown, general: true);
        People(county, 'S', 2, "tcm", Begun);
        var stopped = People(county, 'A', 1, "tcm", Begun);
        Tell(
            new PractitionerSuspended
            {
                AggregateId = Guid.CreateVersion7(),
                Version = 2,
                OccurredAt = Begun.AddDays(1),
                Code = stopped,
                InstitutionCode = CodeOf(county, 'A'),
                Reason = "停用",
            }
        );
    }

    private int people;

    private string People(
        string county,
        char at,
        int count,
        string discipline,
        DateTimeOffset since,
        string category = "physician",
        string grade = "",
        bool general = false
    )
    {
        var code = "";
        for (var i = 0; i < count; i++)
        {
            code = $"P{++people:000000}";
            Person(county, at, code, 1, since, category, discipline, grade, general);
        }

        return code;
    }

    private void Person(
        string county,
        char at,
        string code,
        int version,
        DateTimeOffset since,
        string category,
        string discipline,
        string grade,
        bool general
    ) =>
        Tell(
            new PractitionerRegistered
            {
                AggregateId = Guid.CreateVersion7(),
                Version = version,
                OccurredAt = since,
                Code = code,
                InstitutionCode = CodeOf(county, at),
                Name = "某某",
                Category = category,
                Discipline = discipline,
                GeneralPractice = general,
                Title = "",
                Grade = grade,
                MayPrescribeToxic = false,
                MayPrescribeNarcotic = false,
            }
        );

    private void Institution(
        string county,
        char letter,
        int version,
        DateTimeOffset since,
        string kind,
        string ownership,
        string level,
        int beds,
        string departments,
        string attributes,
        bool hall
    ) =>
        Tell(
            new InstitutionRegistered
            {
                AggregateId = Guid.CreateVersion7(),
                Version = version,
                OccurredAt = since,
                Code = CodeOf(county, letter),
                NameZh = $"{letter}院",
                NameEn = $"Place {letter}",
                Kind = kind,
                RegionCode = county,
                Ownership = ownership,
                Level = level,
                Beds = beds,
                TcmHall = hall,
                Longitude = 120 + letter / 100.0,
                Latitude = 30,
                Departments = departments.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                Attributes =
                [
                    .. attributes
                        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        .Select(a => a.Split('='))
                        .Select(a => new InstitutionAttribute(a[0], int.Parse(a[1], System.Globalization.CultureInfo.InvariantCulture))),
                ],
            }
        );

    private void Region(string code, int population) =>
        Tell(
            new RegionChanged
            {
                AggregateId = Guid.CreateVersion7(),
                Version = 1,
                OccurredAt = Begun,
                Code = code,
                NameZh = code,
                NameEn = code,
                Population = population,
                Retired = false,
                Longitude = 120,
                Latitude = 30,
            }
        );

    private void Tell(Event e) => events.Add(new(Guid.CreateVersion7(), e));
}
