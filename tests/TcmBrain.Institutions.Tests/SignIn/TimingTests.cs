using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using TcmBrain.Institutions.SignIn;
using TcmBrain.Institutions.Tests.Accounts;

namespace TcmBrain.Institutions.Tests.SignIn;

/// <summary>
/// Whether a name exists is not told by the time it takes. Medians of attempts taken in turn, so that whatever slows the machine slows all
/// of them; a comparison left out would be a tenth or less.
/// </summary>
public sealed class TimingTests(InstitutionsFixture fixture)
{
    private const int Attempts = 11;

    [Fact]
    public async Task An_unknown_name_a_wrong_secret_and_a_disabled_account_take_alike()
    {
        var (several, _, secret) = await fixture.NewClientAsync();
        var (disabled, _, _) = await fixture.NewClientAsync();
        using var admin = await fixture.PersonAsync("admin1");
        for (var i = 0; i < 4; i++)
        {
            (await admin.PostAsJsonAsync($"/api/institutions/clients/{several}/secrets", new { })).EnsureSuccessStatusCode();
        }

        (await admin.PostAsJsonAsync($"/api/institutions/clients/{disabled}/disable", new { reason = "x" })).EnsureSuccessStatusCode();
        (string Name, string Secret)[] kinds =
        [
            ("his-5", "wrong"),
            ("no-such-name", "wrong"),
            (disabled, "wrong"),
            // Five secrets, and a guess that looks like one of them.
            (several, "wrong"),
            (several, secret[..^1] + (secret[^1] == 'A' ? 'B' : 'A')),
            ("no-such-name", GeneratedSecret.Create()),
        ];
        var times = kinds.Select(_ => new List<double>()).ToArray();
        for (var attempt = 0; attempt <= Attempts; attempt++)
        {
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                // Each from an address of its own, so that none is locked out.
                var clock = Stopwatch.StartNew();
                var answer = await fixture.TokenRequest(
                    kinds[kind].Name,
                    kinds[kind].Secret,
                    from: $"10.{100 + kind}.{attempt}.{Random.Shared.Next(1, 255)}"
                );
                answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
                if (attempt > 0)
                {
                    times[kind].Add(clock.Elapsed.TotalMilliseconds);
                }
            }
        }

        var medians = times.Select(all => all.Order().ElementAt(Attempts / 2)).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("  ", medians.Select(m => $"{m:0.0} ms")));
        (medians.Max() / medians.Min()).ShouldBeLessThan(3, string.Join(' ', medians));
    }

    [Fact]
    public void Nobodys_hash_costs_what_everybodys_does()
    {
        var (nobody, somebody) = (SecretHash.OfNobody.Split('$'), SecretHash.Create("x").Split('$'));
        nobody[..2].ShouldBe(somebody[..2]);
        nobody.Select(part => part.Length).ShouldBe(somebody.Select(part => part.Length));
    }
}
