using System.CommandLine;
using System.Text.Json;
using TcmBrain.Benchmarks;
using TcmBrain.Benchmarks.Identity;

var names = new Argument<string[]>("names")
{
    Description =
        "exchange, push (or push-stream, push-watch, push-read alone), lifecycle, audit, identity, decoction (or decoction-plan, decoction-telemetry, decoction-board alone), trace (or trace-capture, trace-graph alone), pharmacy, quality (or quality-sampling, quality-supervision alone); all when none is named",
    Arity = ArgumentArity.ZeroOrMore,
};
var json = new Option<bool>("--json") { Description = "One JSON array of figures" };
var root = new RootCommand("Measures the platform on this machine; medians of rounds, ratios from the same run") { names, json };
root.SetAction(
    async (arguments, cancellationToken) =>
    {
        await using var servers = new BenchServers();
        var benchmarks = new (string Name, Func<Task<IReadOnlyList<Figure>>> Run)[]
        {
            ("exchange", () => new ExchangeBenchmark(servers, events: 40_000, rounds: 5).RunAsync(cancellationToken)),
            (
                "push-stream",
                () => new PushBenchmark(servers, count: 40_000, rounds: Rows("TCM_BENCH_ROUNDS", 5)).RunAsync(cancellationToken)
            ),
            ("push-watch", () => new WatchBenchmark(servers, streams: 5_000, pushes: 1_000, perSecond: 50).RunAsync(cancellationToken)),
            ("push-read", () => new ReadBenchmark(servers, Rows("TCM_BENCH_ROWS"), calls: 5_000).RunAsync(cancellationToken)),
            ("lifecycle", () => new LifecycleBenchmark(servers, count: 4_000, rounds: 3).RunAsync(cancellationToken)),
            ("audit", () => Task.FromResult(new AuditBenchmark(count: 1_000_000, rounds: 3).Run())),
            ("identity", () => new IdentityBenchmark(servers).RunAsync(cancellationToken)),
            ("decoction-plan", () => Task.FromResult(new SchedulingBenchmark(prescriptions: 500, vessels: 60, rounds: 5).Run())),
            (
                "decoction-telemetry",
                () => new TelemetryBenchmark(servers, vessels: 200, readings: 200_000, rounds: 3).RunAsync(cancellationToken)
            ),
            (
                "decoction-board",
                () => new TelemetryBenchmark(servers, vessels: 200, readings: 0, rounds: 0).BoardAsync(seconds: 30, cancellationToken)
            ),
            (
                "trace-capture",
                () => new TraceBenchmark(servers, events: Rows("TCM_BENCH_EVENTS"), lookups: 2_000).RunAsync(cancellationToken)
            ),
            ("trace-graph", () => new TraceGraphBenchmark(servers, prescriptions: 10_000, calls: 300).RunAsync(cancellationToken)),
            ("pharmacy", () => new PharmacyBenchmark(servers, prescriptions: 2_000, rounds: 5, Movements()).RunAsync(cancellationToken)),
            ("quality-sampling", () => new SamplingBenchmark(servers, Rows("TCM_BENCH_ROWS"), noted: 5_000).RunAsync(cancellationToken)),
            ("quality-supervision", () => Task.FromResult(new SupervisionBenchmark(regions: 20).Run())),
            (
                "cockpit-fold",
                () => new CockpitFoldBenchmark(servers, prescriptions: Rows("TCM_BENCH_PRESCRIPTIONS", 40_000)).RunAsync(cancellationToken)
            ),
            (
                "cockpit-live",
                () =>
                    new CockpitLiveBenchmark(
                        servers,
                        streams: Rows("TCM_BENCH_STREAMS", 1_000),
                        pushes: 20 * Rows("TCM_BENCH_PUSHES", 500),
                        perSecond: Rows("TCM_BENCH_PUSHES", 500)
                    ).RunAsync(cancellationToken)
            ),
            ("routing", () => Task.FromResult(new RoutingBenchmark(decisions: 20_000, prescriptions: 2_600, days: 20).Run())),
        };
        var asked = arguments.GetValue(names)!;
        if (asked.FirstOrDefault(a => benchmarks.All(b => !IsOf(b.Name, a))) is { } unknown)
        {
            Console.Error.WriteLine($"There is no benchmark {unknown}; there are {string.Join(", ", benchmarks.Select(b => b.Name))}.");
            return 1;
        }

        var figures = new List<Figure>();
        foreach (var benchmark in benchmarks.Where(b => asked.Length == 0 || asked.Any(a => IsOf(b.Name, a))))
        {
            foreach (var figure in await benchmark.Run())
            {
                figures.Add(figure);
                if (!arguments.GetValue(json))
                {
                    Console.WriteLine(figure);
                }
            }
        }

        if (arguments.GetValue(json))
        {
            Console.WriteLine(JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
        }

        return 0;
    }
);
return await root.Parse(args).InvokeAsync();

// push is all of push-stream, push-watch and push-read.
static bool IsOf(string name, string asked) => name == asked || name.StartsWith(asked + "-", StringComparison.Ordinal);

// Prescriptions or events that stand beside those that are read; ten million take some 30 GB and half an hour to write.
static int Rows(string variable, int usual = 1_000_000) =>
    int.TryParse(Environment.GetEnvironmentVariable(variable), out var rows) ? rows : usual;

// Movements that the old pharmacy has behind it; the issue's ten million take some 5 GB and some minutes to write.
static long Movements() =>
    long.TryParse(Environment.GetEnvironmentVariable("TCM_BENCH_MOVEMENTS"), out var movements) ? movements : 1_000_000;
