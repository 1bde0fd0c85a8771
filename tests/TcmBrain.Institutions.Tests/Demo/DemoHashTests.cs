using System.Collections.Concurrent;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions.Demo;
using TcmBrain.Institutions.SignIn;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests.Demo;

public sealed class DemoHashTests
{
    private static IEnumerable<(string Name, string Secret)> Secrets =>
        DemoRegion.Clients.Select(c => (c.Id, c.Secret)).Concat(DemoRegion.Users.Select(u => (u.Name, u.Password)));

    [Fact]
    public void Every_demo_secrets_hash_lies_ready_at_full_cost()
    {
        var hashes = DemoAccounts.Hashes();
        if (Environment.GetEnvironmentVariable("TCM_WRITE_DOCS") == "1")
        {
            Write(hashes);
            return;
        }

        hashes.Keys.Order().ShouldBe(Secrets.Select(s => s.Name).Order());
        hashes.Values.ShouldAllBe(hash => hash.StartsWith("pbkdf2-sha512$210000$"));
        hashes.Values.Select(hash => hash.Split('$')[2]).ShouldBeUnique();
        var wrong = new ConcurrentBag<string>();
        Parallel.ForEach(
            Secrets,
            s =>
            {
                if (!SecretHash.Verify(s.Secret, hashes[s.Name]))
                {
                    wrong.Add(s.Name);
                }
            }
        );
        wrong.ShouldBeEmpty("run this test with TCM_WRITE_DOCS=1 and commit the file");
    }

    private static void Write(IReadOnlyDictionary<string, string> present)
    {
        var lines = Secrets
            .AsParallel()
            .AsOrdered()
            .Select(s =>
                present.TryGetValue(s.Name, out var hash) && SecretHash.Verify(s.Secret, hash)
                    ? $"{s.Name} {hash}\n"
                    : $"{s.Name} {SecretHash.Create(s.Secret)}\n"
            );
        File.WriteAllText(RepositoryRoot.Combine("services", "Institutions", "Demo", "DemoHashes.txt"), string.Concat(lines));
    }
}
