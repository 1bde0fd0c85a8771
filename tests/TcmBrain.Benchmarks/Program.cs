using TcmBrain.Benchmarks;

await using var servers = new BenchServers();
foreach (var figure in await new ExchangeBenchmark(servers, 40_000, 3).RunAsync(CancellationToken.None))
{
    Console.WriteLine(figure);
}
