using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;

namespace TcmBrain.Testing;

public static partial class Problem
{
    /// <summary>Checks the form that every refusal has, and returns it.</summary>
    public static async Task<JsonElement> ShouldBeProblem(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json", text);
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        var first = problem.GetProperty("faults")[0];
        first.GetProperty("code").GetString().ShouldBe(code);
        first.GetProperty("zh").GetString().ShouldNotBeNullOrEmpty();
        first.GetProperty("en").GetString().ShouldNotBeNullOrEmpty();
        text.ShouldNotContain("   at ");
        WithoutStandardTypes(text).ShouldNotContain("Exception");
        return problem;
    }

    /// <summary>The text without <c>epcisException:…</c>, which is what the standard calls its types of problems.</summary>
    public static string WithoutStandardTypes(string text) => StandardType().Replace(text, "");

    [GeneratedRegex("epcisException:[A-Za-z]+")]
    private static partial Regex StandardType();
}
