namespace TcmBrain.Benchmarks;

internal sealed class BenchServers : IAsyncDisposable
{
    public string Broker => Environment.GetEnvironmentVariable("BENCH_BROKER")!;

    public string Database(string name) => $"{Environment.GetEnvironmentVariable("BENCH_POSTGRES")};Database={name};Maximum Pool Size=50";

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
