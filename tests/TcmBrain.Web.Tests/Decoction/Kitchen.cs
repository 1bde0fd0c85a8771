using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Web.Tests.Decoction;

/// <summary>The decoction room of the demo region's first pharmacy, with work in it.</summary>
internal sealed class Kitchen(Platform platform) : IDisposable
{
    private static readonly SemaphoreSlim Once = new(1);
    private static Scene? scene;
    private readonly HttpClient client = new() { BaseAddress = platform.Address };

    public static string Centre { get; } = DemoRegion.Pharmacies[0].Code;

    /// <summary>A room at full work, made once: what is boiling, what is held, what waits.</summary>
    internal sealed record Scene(Guid Held);

    public static async Task<Scene> AtWorkAsync(Platform platform)
    {
        await Once.WaitAsync();
        try
        {
            using var kitchen = new Kitchen(platform);
            return scene ??= await kitchen.FillAsync();
        }
        finally
        {
            Once.Release();
        }
    }

    public static PrescriptionChecked Checked(int number, DateTimeOffset at, bool urgent = false, params WeighedPortion[] portions) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 6,
            OccurredAt = at,
            InstitutionCode = DemoRegion.Hospitals[0].Code,
            RegionCode = "330106",
            HisNumber = string.Create(CultureInfo.InvariantCulture, $"ZY{number:D5}"),
            Revision = 1,
            CentreCode = Centre,
            Checker = "俞秋实",
            Dispenser = "楼半夏",
            Portions = portions.Length > 0 ? portions : [Portion(1, "茯苓", 105), Portion(2, "陈皮", 63), Portion(3, "当归", 70)],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = urgent,
            DeliveryRegionCode = "330110",
            SyndromeName = "肝郁气滞证",
        };

    public static WeighedPortion Portion(int line, string piece, int grams, string handling = "") =>
        new(line, piece, Guid.CreateVersion7(), "L" + line, Weight.FromGrams(grams), handling);

    public async Task PostAsync(string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body);
        response.IsSuccessStatusCode.ShouldBeTrue($"{path}: {await response.Content.ReadAsStringAsync()}");
    }

    public Task StepAsync(Guid rx, string stepAndWhat, object body) => PostAsync($"/api/decoction/jobs/{rx}/steps/{stepAndWhat}", body);

    public async Task MeasureAsync(IEnumerable<Reading> readings)
    {
        using var channel = GrpcChannel.ForAddress(platform.DecoctionGrpc);
        using var call = new TelemetryService.TelemetryServiceClient(channel).Report(
            new Metadata { { "authorization", client.DefaultRequestHeaders.Authorization!.ToString() } }
        );
        foreach (var reading in readings)
        {
            await call.RequestStream.WriteAsync(reading);
        }

        await call.RequestStream.CompleteAsync();
        (await call).Refused.ShouldBe(0);
    }

    public static IEnumerable<Reading> Curve(string vessel, DateTimeOffset from, DateTimeOffset until, Func<double, double> celsius)
    {
        for (var at = from; at <= until; at = at.AddSeconds(20))
        {
            yield return new Reading
            {
                Vessel = vessel,
                TakenAt = at.ToTimestamp(),
                Centicelsius = (int)(celsius((at - from).TotalMinutes) * 100),
                PressurePascal = 120,
            };
        }
    }

    public async Task SignInAsync()
    {
        var secret = DemoRegion.ClientOf("decoction-1");
        using var answer = await client.PostAsync(
            "/oauth/token",
            new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["client_id"] = secret.Id,
                    ["client_secret"] = secret.Secret,
                }
            )
        );
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => client.Dispose();

    private async Task<Scene> FillAsync()
    {
        await SignInAsync();
        var now = DateTimeOffset.UtcNow;
        var jobs = Enumerable
            .Range(1, 62)
            .Select(i =>
                i == 40
                    ? Checked(i, now.AddHours(-2), false, Portion(1, "丹参", 70), Portion(2, "陈皮", 63), Portion(3, "薄荷", 42, "后下"))
                : i == 44
                    ? Checked(
                        i,
                        now.AddHours(-3),
                        false,
                        Portion(1, "丹参", 70),
                        Portion(2, "陈皮", 63),
                        Portion(3, "西洋参", 21, "另煎"),
                        Portion(4, "阿胶", 42, "烊化")
                    )
                : Checked(i, now.AddMinutes(i > 44 ? -20 : -180), urgent: i is 7 or 50)
            )
            .ToList();
        await platform.TellAsync(jobs);
        await Eventually.Be(
            async () =>
            {
                var waiting = (await client.GetFromJsonAsync<JsonElement>("/api/decoction/jobs?state=waiting&limit=500")).GetProperty(
                    "items"
                );
                var there = waiting.EnumerateArray().Select(j => j.GetProperty("prescriptionId").GetGuid()).ToHashSet();
                return jobs.TrueForAll(j => there.Contains(j.AggregateId));
            },
            "all jobs wait in the room"
        );
        // Each a little further than the one before.
        await Task.WhenAll(
            Enumerable
                .Range(1, 44)
                .Select(n => RunAsync(jobs[n - 1].AggregateId, $"V{n:D2}", n == 40 ? 57 : 4 + (n * 2), now, held: n is 35 or 43))
        );
        await PostAsync("/api/decoction/vessels/V46/breakdown", new { brokenAt = now.AddMinutes(-5), reason = "加热管烧断" });
        return new Scene(jobs[34].AggregateId);
    }

    /// <summary>
    /// A pot of the test's own, put on so many minutes before this moment: what the scene has on the fire is overdue and without readings
    /// when a test comes to it late.
    /// </summary>
    public static async Task<Guid> PutOnAsync(Platform platform, int number, string vessel, int minutes, params WeighedPortion[] portions)
    {
        await AtWorkAsync(platform);
        using var kitchen = new Kitchen(platform);
        await kitchen.SignInAsync();
        var now = DateTimeOffset.UtcNow;
        var job = Checked(number, now.AddHours(-3), false, portions);
        await platform.TellAsync([job]);
        await Eventually.Be(async () => (await platform.PublicCodeAsync(job.AggregateId)).Length > 0, "the job waits in the room");
        await kitchen.RunAsync(job.AggregateId, vessel, minutes, now, held: false);
        return job.AggregateId;
    }

    private async Task RunAsync(Guid rx, string vessel, int age, DateTimeOffset now, bool held)
    {
        var from = now.AddMinutes(-age);
        await StepAsync(rx, "soaking/start", new { vessel, startedAt = from });
        if (age > 36)
        {
            var boil = from.AddMinutes(36);
            await StepAsync(rx, "soaking/finish", new { finishedAt = boil });
            await StepAsync(rx, "first-boil/start", new { startedAt = boil });
            var end = boil.AddMinutes(25);
            await MeasureAsync(
                Curve(
                    vessel,
                    from,
                    now,
                    m =>
                        m < 26 ? 22
                        : m < 36 ? 22 + (76 * (m - 26) / 10)
                        : held && m is > 42 and < 45 ? 103.4
                        : 98.5 + (0.4 * Math.Sin(m))
                )
            );
            if (end < now)
            {
                await StepAsync(rx, "first-boil/finish", new { finishedAt = end });
                await StepAsync(rx, "second-boil/start", new { startedAt = end });
            }
        }
    }
}
