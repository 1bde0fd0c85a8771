using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Reviews;

/// <summary>A quality centre of a city of its own, which no other test touches.</summary>
public sealed class ReviewOffice(QualityRoom room)
{
    private static int cities;

    public const string At = "/api/quality/reviews";

    private readonly string city = "41" + Interlocked.Increment(ref cities).ToString("D2", CultureInfo.InvariantCulture);
    private string? centre;

    public string Centre => centre ??= room.Organisation(City);

    public string City => city + "00";

    public string County => city + "01";

    public string Month { get; } = RegionTime.DayOf(room.Now).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public string Hospital(string? region = null) => room.Organisation(region ?? County);

    public HttpClient Reviewer(string subject = "reviewer-1") => Person(subject, Centre, City, "quality");

    public HttpClient Arbiter(string subject = "arbiter-1") => Person(subject, room.Organisation(City), City, "regulator");

    public HttpClient Pharmacist(string hospital, string subject = "pharmacist-1") => Person(subject, hospital, County, "pharmacist");

    public HttpClient Person(string subject, string institution, string region, params string[] roles) =>
        room.Service.Client(TestTokens.Of(subject, institution, region, roles));

    public PrescriptionReceived Rx(string hospital, string department = "中医内科", string prescriber = "D001") =>
        room.Received(hospital, County) with
        {
            DepartmentName = department,
            PrescriberCode = prescriber,
            PrescriberName = prescriber + "医师",
        };

    public async Task<PrescriptionReceived> ArriveAsync(string hospital, params string[] ruleIds) =>
        (await ArriveAsync([Rx(hospital)], ruleIds))[0];

    /// <summary>Received, audited and approved: part of the register.</summary>
    public async Task<IReadOnlyList<PrescriptionReceived>> ArriveAsync(IReadOnlyList<PrescriptionReceived> all, params string[] ruleIds)
    {
        await room.TakenInAsync(
            await room.Prescriptions.TellAsync([
                .. all.SelectMany(rx => new Event[] { rx, QualityRoom.Audited(rx, ruleIds), QualityRoom.Approved(rx) }),
            ])
        );
        return all;
    }

    public async Task<Guid> PlanAsync(object? changes = null, HttpClient? by = null)
    {
        var id = Guid.CreateVersion7();
        using var reviewer = Reviewer();
        var answer = await PutAsync(by ?? reviewer, $"{At}/plans/{id}", changes ?? Routine());
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return id;
    }

    public static object Routine(string setting = "outpatient", int share = 50, int minimum = 100, int reviewDays = 14) =>
        new
        {
            kind = "routine",
            nameZh = "门急诊饮片处方常规点评",
            nameEn = "Routine review",
            setting,
            sharePermyriad = share,
            minimum,
            reason = "按规定",
            reviewDays,
        };

    public static object Topic(object topic, int share = 10_000) =>
        new
        {
            kind = "topic",
            nameZh = "专项点评",
            nameEn = "Topic",
            setting = "any",
            sharePermyriad = share,
            minimum = 1,
            topic,
            reason = "专项",
        };

    public async Task<JsonElement> DrawAsync(Guid plan, Guid? run = null)
    {
        using var reviewer = Reviewer();
        var answer = await PutAsync(reviewer, $"{At}/runs/{run ?? Guid.CreateVersion7()}", new { planId = plan, month = Month });
        ((int)answer.Status).ShouldBeInRange(200, 201, answer.Text);
        return answer.Json;
    }

    /// <summary>A prescription of a hospital that has been drawn.</summary>
    public async Task<PrescriptionReceived> DrawnAsync(string? hospital = null, params string[] ruleIds)
    {
        var rx = await ArriveAsync(hospital ?? Hospital(), ruleIds);
        await DrawAsync(await PlanAsync());
        return rx;
    }

    public static async Task<Answer> PutAsync(HttpClient client, string path, object body, int? version = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body) };
        if (version is { } known)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{known}\""));
        }

        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static Task<Answer> JudgeAsync(HttpClient reviewer, Guid id, int round, params string[] codes) =>
        reviewer.SendAsync(
            $"{At}/{id}/verdict",
            new
            {
                round,
                rational = codes.Length == 0,
                codes = codes.Select(code => new { code, comment = "" }),
            }
        );

    public async Task<string> StageAsync(Guid id) =>
        await room.ScalarAsync<string>("select stage from quality.review where prescription_id = $1", id);
}
