using System.Collections.Frozen;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions.SignIn;

namespace TcmBrain.Institutions.Demo;

/// <summary>
/// The demo's programs and people. Hashing their secrets, which everybody knows, would take seconds of every first start, so the hashes lie
/// ready (<c>DemoHashes.txt</c>, at the same cost as any other; a test makes and checks them). One that does not is made here.
/// </summary>
internal sealed class DemoAccounts(AccountStore accounts)
{
    internal const string Resource = "TcmBrain.Institutions.Demo.DemoHashes.txt";

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        var missing = await accounts.MissingAsync(
            [.. DemoRegion.Clients.Select(c => c.Id), .. DemoRegion.Users.Select(u => u.Name)],
            cancellationToken
        );
        if (missing.Count == 0)
        {
            return;
        }

        var hashes = Hashes();
        await Parallel.ForEachAsync(
            DemoRegion.Clients.Where(client => missing.Contains(client.Id)),
            cancellationToken,
            async (demo, stop) =>
                await accounts.AddAsync(
                    SignInKind.Client,
                    demo.Id,
                    HashOf(demo.Id, demo.Secret),
                    demo.Name,
                    demo.InstitutionCode,
                    demo.Roles,
                    stop
                )
        );
        await Parallel.ForEachAsync(
            DemoRegion.Users.Where(user => missing.Contains(user.Name)),
            cancellationToken,
            async (demo, stop) =>
                await accounts.AddAsync(
                    SignInKind.User,
                    demo.Name,
                    HashOf(demo.Name, demo.Password),
                    demo.DisplayName,
                    demo.InstitutionCode,
                    demo.Roles,
                    stop
                )
        );

        string HashOf(string name, string secret) => hashes.GetValueOrDefault(name) ?? SecretHash.Create(secret);
    }

    /// <summary>By account name.</summary>
    internal static FrozenDictionary<string, string> Hashes()
    {
        using var stream = typeof(DemoAccounts).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToFrozenDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
    }
}
