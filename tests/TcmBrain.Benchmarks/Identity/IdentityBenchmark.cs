namespace TcmBrain.Benchmarks.Identity;

/// <summary>Who exists and who may: the register and the tokens.</summary>
internal sealed class IdentityBenchmark(BenchServers servers)
{
    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken) =>
        [
            .. await new TokenBenchmark(count: 20_000, rounds: 5).RunAsync(),
            .. await new RegisterSearch(servers, institutions: 100_000, practitioners: 1_000_000).RunAsync(cancellationToken),
        ];
}
