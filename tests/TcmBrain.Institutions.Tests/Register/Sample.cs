using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts;

namespace TcmBrain.Institutions.Tests.Register;

/// <summary>Entries that nobody has registered yet.</summary>
internal static class Sample
{
    private static int next = 1000;

    /// <summary>A well-formed code of an organisation in a region.</summary>
    public static string Code(string region = "330106") => CodeOf(region, Interlocked.Increment(ref next));

    public static string CodeOf(string region, int nth)
    {
        var first17 = string.Create(CultureInfo.InvariantCulture, $"52{region}MA{nth:000000}X");
        return first17 + InstitutionCode.CheckCharacter(first17);
    }

    public static string PersonCode() => string.Create(CultureInfo.InvariantCulture, $"T3301{Interlocked.Increment(ref next):00000000}");

    public static Dictionary<string, object?> Clinic(string region = "330106") =>
        new()
        {
            ["code"] = Code(region),
            ["nameZh"] = "试验中医诊所",
            ["nameEn"] = "Trial Clinic",
            ["kind"] = "clinic",
            ["regionCode"] = region,
            ["longitude"] = 120.1,
            ["latitude"] = 30.2,
        };

    public static Dictionary<string, object?> Physician() =>
        new()
        {
            ["code"] = PersonCode(),
            ["name"] = "试医师",
            ["category"] = "physician",
        };

    /// <summary>Registers a clinic, changed as given, and returns its code.</summary>
    public static async Task<string> RegisteredClinicAsync(
        this HttpClient client,
        string region = "330106",
        params (string, object?)[] fields
    )
    {
        var created = await client.PostAsJsonAsync("/api/institutions", Clinic(region).With(fields));
        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        return (await created.Json()).GetProperty("code").GetString()!;
    }

    public static async Task<string> RegisteredPersonAsync(this HttpClient client, string institution, params (string, object?)[] fields)
    {
        var created = await client.PostAsJsonAsync($"/api/institutions/{institution}/practitioners", Physician().With(fields));
        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        return (await created.Json()).GetProperty("code").GetString()!;
    }

    public static Dictionary<string, object?> With(this Dictionary<string, object?> entry, params (string Name, object? Value)[] fields)
    {
        foreach (var (name, value) in fields)
        {
            entry[name] = value;
        }

        return entry;
    }

    /// <summary>Reads an entry, changes fields of it, and puts it back with its version.</summary>
    public static async Task<HttpResponseMessage> EditAsync(
        this HttpClient client,
        string path,
        params (string Name, object? Value)[] fields
    )
    {
        var read = await client.GetAsync(path);
        read.StatusCode.ShouldBe(HttpStatusCode.OK, await read.Content.ReadAsStringAsync());
        var entry = (await read.Json()).EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        return await client.PutWithTag(path, entry.With(fields), read.Headers.ETag!.Tag);
    }

    /// <summary>A client that acts as a demo person.</summary>
    public static async Task<HttpClient> AsPerson(this InstitutionsFixture fixture, string user)
    {
        using var nobody = fixture.Service.Client();
        var answer = await nobody.PostAsJsonAsync("/api/institutions/session", new { user, password = "dev-only-" + user });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return fixture.Service.Client(answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2)[1]);
    }

    public static Task<HttpResponseMessage> PutWithTag(this HttpClient client, string path, object body, string? tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body) };
        if (tag is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
        }

        return client.SendAsync(request);
    }

    public static async Task<HttpResponseMessage> ShouldBe(this Task<HttpResponseMessage> answer, HttpStatusCode status)
    {
        var response = await answer;
        response.StatusCode.ShouldBe(status, await response.Content.ReadAsStringAsync());
        return response;
    }

    public static async Task<JsonElement> ShouldRefuse(this Task<HttpResponseMessage> answer, int status, string code) =>
        await (await answer).ShouldRefuse(status, code);
}
