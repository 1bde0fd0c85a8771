using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests.Keys;

public sealed class ReplicaRotationTests(InstitutionsFixture fixture)
{
    [Fact]
    public async Task Two_replicas_under_load_rotate_keys_and_no_call_fails()
    {
        const int Rotations = 3;
        var database = await fixture.Servers.DatabaseAsync("institutions");
        var settings = InstitutionsFixture.Settings(database, await fixture.Servers.BrokerAsync());
        await using var one = await InstitutionsFixture.StartAsync(settings);
        await using var two = await InstitutionsFixture.StartAsync(settings);
        TestService[] replicas = [one, two];
        await using var elsewhere = await TestApp.StartAsync(
            routes => routes.MapGet("/", () => "in"),
            null,
            ("Identity:Jwks", ""),
            ("services:institutions:http:0", one.Http.ToString()),
            ("services:institutions:http:1", two.Http.ToString())
        );
        using var stop = new CancellationTokenSource();
        SigningKeys[] keysOf =
        [
            one.Services.GetRequiredService<SigningKeys>(),
            two.Services.GetRequiredService<SigningKeys>(),
            elsewhere.App.Services.GetRequiredService<SigningKeys>(),
        ];
        var (calls, kids) = (0, new HashSet<string>());
        var failed = new List<string>();

        // Each caller takes a token at one replica and uses it at the other and at a third service, over and over.
        var callers = Enumerable.Range(0, 4).Select(CallAsync).ToArray();
        using var @operator = one.Client(await Replicas.TokenAsync(one, "operator-1"));
        await Eventually.Be(() => Volatile.Read(ref calls) > 0, "the callers are at it");
        for (var i = 0; i < Rotations; i++)
        {
            // A quarter of a minute is given for it; the test looks instead.
            var next = await Replicas.NextKeyAsync(database);
            await Eventually.Be(() => keysOf.All(keys => keys.Find(next).Any()), "everybody has heard of the next key");
            await Replicas.AgeNextKeyAsync(database);
            var rotated = await @operator.PostAsync("/api/institutions/keys/rotate", null);
            rotated.StatusCode.ShouldBe(HttpStatusCode.OK, await rotated.Content.ReadAsStringAsync());
            await Eventually.Be(
                () =>
                {
                    lock (kids)
                    {
                        return kids.Contains(next);
                    }
                },
                "the new key signs"
            );
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        failed.ShouldBeEmpty();
        calls.ShouldBeGreaterThan(100);
        kids.Count.ShouldBeGreaterThanOrEqualTo(Rotations + 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} calls, {kids.Count} keys, {failed.Count} failed");

        async Task CallAsync(int n)
        {
            var (at, other) = (replicas[n % 2], replicas[(n + 1) % 2]);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var token = await Replicas.TokenAsync(at, $"regulator-{n % 2 + 1}");
                    lock (kids)
                    {
                        kids.Add(new JsonWebToken(token).Kid);
                    }

                    using var there = other.Client(token);
                    using var third = elsewhere.Client(token);
                    for (var i = 0; i < 10; i++)
                    {
                        Note(await there.GetAsync("/api/institutions/session"));
                        Note(await third.GetAsync("/"));
                    }
                }
                catch (Exception e)
                {
                    lock (failed)
                    {
                        failed.Add(e.Message);
                    }
                }
            }
        }

        void Note(HttpResponseMessage answer)
        {
            Interlocked.Increment(ref calls);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                lock (failed)
                {
                    failed.Add($"{answer.RequestMessage!.RequestUri} {answer.StatusCode}");
                }
            }
        }
    }

    [Fact]
    public async Task A_key_published_just_now_does_not_sign_yet()
    {
        var database = await fixture.Servers.DatabaseAsync("institutions");
        await using var service = await InstitutionsFixture.StartAsync(
            InstitutionsFixture.Settings(database, await fixture.Servers.BrokerAsync())
        );
        await Replicas.AgeNextKeyAsync(database);
        using var @operator = service.Client(await Replicas.TokenAsync(service, "operator-1"));
        (await @operator.PostAsync("/api/institutions/keys/rotate", null)).EnsureSuccessStatusCode();
        var early = await @operator.PostAsync("/api/institutions/keys/rotate", null);
        await early.ShouldRefuse(409, "INS-0208");
        early.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 15);
    }
}
