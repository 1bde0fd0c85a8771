using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.HisSimulator.His;

/// <summary>What became of a run of pushes.</summary>
public sealed record PushReport(
    int Count,
    int Accepted,
    int Refused,
    int Failed,
    IReadOnlyDictionary<string, int> States,
    IReadOnlyDictionary<string, int> Refusals,
    int Retries,
    double Seconds,
    double PerSecond,
    double P50Milliseconds,
    double P99Milliseconds
);

/// <summary>One push with its answer.</summary>
public sealed record PushAnswer(SimulatedPrescription Pushed, PushReply? Accepted, Refusal? Refused);

/// <summary>
/// Pushes as a hospital's system should: pipelined streams; whatever was not answered when a stream broke is sent again, with growing
/// pauses, until two minutes have brought no answer at all; what was refused is not.
/// </summary>
public sealed class PushRun(Gateway gateway, Journal journal)
{
    private const int InFlight = 500;
    private const double LongestPause = 5_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="perSecond">Over all hospitals; 0: as fast as it is answered.</param>
    /// <param name="unary">One call a prescription in place of streams.</param>
    public async Task<PushReport> RunAsync(
        IReadOnlyList<SimulatedPrescription> prescriptions,
        double perSecond,
        bool unary,
        Action<PushAnswer>? answered,
        CancellationToken cancellationToken
    )
    {
        var tally = new Tally(journal, answered);
        var clock = Stopwatch.StartNew();
        var byHospital = prescriptions.GroupBy(p => p.ClientId).ToList();
        foreach (var hospital in byHospital)
        {
            // A platform that is not there is said at once; from here on it is one that comes back.
            await gateway.TokenAsync(hospital.Key, DemoRegion.ClientOf(hospital.Key).Secret, cancellationToken);
        }

        await Task.WhenAll(
            byHospital.Select(g => HospitalAsync(g.Key, [.. g], perSecond / byHospital.Count, unary, tally, cancellationToken))
        );
        return tally.Report(prescriptions.Count, clock.Elapsed.TotalSeconds);
    }

    private async Task HospitalAsync(
        string clientId,
        List<SimulatedPrescription> prescriptions,
        double perSecond,
        bool unary,
        Tally tally,
        CancellationToken cancellationToken
    )
    {
        using var channel = gateway.Channel();
        var open = new ConcurrentDictionary<ulong, SimulatedPrescription>(
            prescriptions.Select((p, i) => KeyValuePair.Create((ulong)i + 1, p))
        );
        var (attempt, left, since) = (0, open.Count, Stopwatch.StartNew());
        while (!open.IsEmpty)
        {
            if (open.Count < left)
            {
                (attempt, left) = (1, open.Count);
                since.Restart();
            }

            if (since.Elapsed > Patience)
            {
                tally.Fail(open.Count);
                return;
            }

            if (attempt++ > 0)
            {
                tally.Retry();
                var pause = Math.Min(LongestPause, 100 * Math.Pow(2, attempt)) * (0.5 + Random.Shared.NextDouble() / 2);
                await Task.Delay(TimeSpan.FromMilliseconds(pause), cancellationToken);
            }

            try
            {
                var headers = await gateway.HeadersAsync(clientId, DemoRegion.ClientOf(clientId).Secret, cancellationToken);
                await (
                    unary
                        ? UnaryAsync(channel, headers, open, perSecond, tally, cancellationToken)
                        : StreamAsync(channel, headers, open, perSecond, tally, cancellationToken)
                );
            }
            catch (RpcException e) when (MayBeRepeated(e.StatusCode)) { }
            catch (SimulatorException) { }
        }
    }

    /// <summary>The retry contract: these pass by themselves; any other refusal would be the same again.</summary>
    public static bool MayBeRepeated(StatusCode code) =>
        code
            is StatusCode.Unavailable
                or StatusCode.DeadlineExceeded
                or StatusCode.ResourceExhausted
                or StatusCode.Aborted
                or StatusCode.Internal
                or StatusCode.Cancelled
                or StatusCode.Unknown;

    private static async Task StreamAsync(
        GrpcChannel channel,
        Metadata headers,
        ConcurrentDictionary<ulong, SimulatedPrescription> open,
        double perSecond,
        Tally tally,
        CancellationToken cancellationToken
    )
    {
        var client = new PrescriptionService.PrescriptionServiceClient(channel);
        using var call = client.PushStream(headers, cancellationToken: cancellationToken);
        using var places = new SemaphoreSlim(InFlight);
        var sent = new ConcurrentDictionary<ulong, long>();
        var reading = Task.Run(
            async () =>
            {
                await foreach (var reply in call.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    places.Release();
                    var began = sent.GetValueOrDefault(reply.Sequence);
                    var passing =
                        reply.ResultCase == PushStreamReply.ResultOneofCase.Refused && MayBeRepeated((StatusCode)reply.Refused.Status);
                    if (!passing && open.TryRemove(reply.Sequence, out var pushed))
                    {
                        tally.Add(new PushAnswer(pushed, reply.Accepted, reply.Refused), began);
                    }
                }
            },
            cancellationToken
        );
        var pace = new Pace(perSecond);
        try
        {
            foreach (var (sequence, pushed) in open.OrderBy(o => o.Key))
            {
                await pace.WaitAsync(cancellationToken);
                // A stream that breaks frees no places any more: its end is what is waited for then.
                var place = places.WaitAsync(cancellationToken);
                if (await Task.WhenAny(place, reading) == reading)
                {
                    break;
                }

                sent[sequence] = Stopwatch.GetTimestamp();
                await call.RequestStream.WriteAsync(
                    new PushStreamRequest { Sequence = sequence, Prescription = pushed.Prescription },
                    cancellationToken
                );
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e)
            when (e is InvalidOperationException or RpcException or IOException && !cancellationToken.IsCancellationRequested)
        {
            // The reading side has the status.
        }

        await reading;
    }

    private static async Task UnaryAsync(
        GrpcChannel channel,
        Metadata headers,
        ConcurrentDictionary<ulong, SimulatedPrescription> open,
        double perSecond,
        Tally tally,
        CancellationToken cancellationToken
    )
    {
        var client = new PrescriptionService.PrescriptionServiceClient(channel);
        var pace = new Pace(perSecond);
        var calls = new List<Task>();
        using var places = new SemaphoreSlim(perSecond > 0 ? InFlight : 16);
        foreach (var (sequence, pushed) in open.OrderBy(o => o.Key))
        {
            await pace.WaitAsync(cancellationToken);
            await places.WaitAsync(cancellationToken);
            calls.Add(OneAsync(sequence, pushed));
        }

        await Task.WhenAll(calls);

        async Task OneAsync(ulong sequence, SimulatedPrescription pushed)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var reply = await client.PushAsync(
                    new PushRequest { Prescription = pushed.Prescription },
                    headers,
                    DateTime.UtcNow.AddSeconds(15),
                    cancellationToken
                );
                open.TryRemove(sequence, out _);
                tally.Add(new PushAnswer(pushed, reply, null), began);
            }
            catch (RpcException e) when (!MayBeRepeated(e.StatusCode))
            {
                open.TryRemove(sequence, out _);
                tally.Add(new PushAnswer(pushed, null, RefusalOf(e)), began);
            }
            finally
            {
                places.Release();
            }
        }
    }

    private static Refusal RefusalOf(RpcException e)
    {
        var refusal = new Refusal { Status = (int)e.StatusCode };
        refusal.Faults.Add(new LocatedFault { Code = e.Trailers.GetValue("tcm-code") ?? "", TextEn = e.Status.Detail });
        return refusal;
    }

    /// <summary>Spreads sends evenly over time, catching up after a hold.</summary>
    private sealed class Pace(double perSecond)
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private long sent;

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            if (perSecond <= 0)
            {
                return;
            }

            var due = TimeSpan.FromSeconds(sent++ / perSecond);
            var wait = due - clock.Elapsed;
            if (wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, cancellationToken);
            }
        }
    }

    private sealed class Tally(Journal journal, Action<PushAnswer>? answered)
    {
        private readonly ConcurrentDictionary<string, int> states = new();
        private readonly ConcurrentDictionary<string, int> refusals = new();
        private readonly ConcurrentBag<double> latencies = [];
        private int accepted;
        private int refused;
        private int failed;
        private int retries;

        public void Add(PushAnswer answer, long began)
        {
            latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (answer.Accepted is { } reply)
            {
                journal.Add(answer.Pushed.Hospital.Code, reply);
                Interlocked.Increment(ref accepted);
                states.AddOrUpdate(reply.State.ToString().ToLowerInvariant(), 1, (_, n) => n + 1);
            }
            else
            {
                Interlocked.Increment(ref refused);
                refusals.AddOrUpdate(answer.Refused!.Faults.FirstOrDefault()?.Code ?? "", 1, (_, n) => n + 1);
            }

            answered?.Invoke(answer);
        }

        public void Fail(int count) => Interlocked.Add(ref failed, count);

        public void Retry() => Interlocked.Increment(ref retries);

        public PushReport Report(int count, double seconds)
        {
            var sorted = latencies.Order().ToArray();
            return new PushReport(
                count,
                accepted,
                refused,
                failed,
                states.OrderBy(s => s.Key).ToDictionary(),
                refusals.OrderBy(s => s.Key).ToDictionary(),
                retries,
                Math.Round(seconds, 3),
                Math.Round((accepted + refused) / seconds, 1),
                At(0.50),
                At(0.99)
            );

            double At(double p) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(p * sorted.Length))], 2);
        }
    }
}
