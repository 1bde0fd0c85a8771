using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using TcmBrain.Institutions.SignIn;
using TcmBrain.Institutions.Tests.Accounts;

namespace TcmBrain.Institutions.Tests.SignIn;

/// <summary>
/// Whether a name exists is not told by the time it takes. The quickest of attempts taken in turn, for what else the machine does only makes
/// them slower; a comparison left out would be a tenth or less.
/// </summary>
public sealed class TimingTests(InstitutionsFixture fixture)
{
    private const int Attempts = 11;
    private const int MostAttempts = 100;
    private const double Alike = 3;

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
        var quickest = kinds.Select(_ => double.MaxValue).ToArray();
        // The first round only warms. On a machine that has other things to do it takes more of them until each was once let through.
        for (var attempt = 0; attempt <= Attempts || (quickest.Max() / quickest.Min() >= Alike && attempt <= MostAttempts); attempt++)
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
                    quickest[kind] = Math.Min(quickest[kind], clock.Elapsed.TotalMilliseconds);
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("  ", quickest.Select(m => $"{m:0.0} ms")));
        (quickest.Max() / quickest.Min()).ShouldBeLessThan(Alike, string.Join(' ', quickest));
    }

    [Fact]
    public void Nobodys_hash_costs_what_everybodys_does()
    {
        var (nobody, somebody) = (SecretHash.OfNobody.Split('$'), SecretHash.Create("x").Split('$'));
        nobody[..2].ShouldBe(somebody[..2]);
        nobody.Select(part => part.Length).ShouldBe(somebody.Select(part => part.Length));
    }
}
