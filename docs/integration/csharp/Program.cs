using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Integration.Client;

// A hospital's first day: token, push, push again, other content, watch, cancel. Ends with 0 when every answer is what the contract says.
using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(4));
using var http = new HttpClient();
using var channel = GrpcChannel.ForAddress(Setting("TCM_GRPC", "http://localhost:8081"));
var tokens = new AccessTokens(
    http,
    new Uri(new Uri(Setting("TCM_HTTP", "http://localhost:8080")), "/oauth/token"),
    Setting("TCM_CLIENT", "his-1"),
    Setting("TCM_SECRET", "dev-only-his-1")
);
var hospital = new Hospital(new PrescriptionService.PrescriptionServiceClient(channel), tokens);

// It tells what comes after its opening, so that is waited for.
var opened = new TaskCompletionSource();
await using var changes = hospital.WatchAsync("", Opened, bound.Token).GetAsyncEnumerator(bound.Token);
var watching = changes.MoveNextAsync().AsTask();
await Task.WhenAny(opened.Task, watching);

var prescription = Sample.Prescription($"CS-{DateTime.UtcNow:yyyyMMddHHmmssfff}");
var first = await hospital.PushAsync(prescription, bound.Token);
Console.WriteLine($"push      {first.HisNumber} is {first.State}, {first.Audit.Findings.Count} findings, id {first.PrescriptionId}");

var again = await hospital.PushAsync(prescription, bound.Token);
Console.WriteLine($"again     the same answer: {Same(again.Equals(first))}");

var other = prescription.Clone();
other.Doses = 5;
try
{
    await hospital.PushAsync(other, bound.Token);
    Same(false);
}
catch (RpcException refusal)
{
    Console.WriteLine($"conflict  {refusal.StatusCode} {RetryContract.CodeOf(refusal)}");
    Same(refusal.StatusCode == StatusCode.AlreadyExists && RetryContract.CodeOf(refusal) == "PRX-0201");
}

var key = new PrescriptionKey { HisNumber = prescription.HisNumber, Revision = prescription.Revision };
var cancelled = await hospital.CancelAsync(key, "患者改约", bound.Token);
Console.WriteLine($"cancel    {cancelled.Outcome}, {cancelled.State}");

// An attempt whose answer was lost has cancelled it already.
Same(cancelled.Outcome is CancelOutcome.Cancelled or CancelOutcome.AlreadyCancelled);
var twice = await hospital.CancelAsync(key, "患者改约", bound.Token);
Console.WriteLine($"again     {twice.Outcome}");
Same(twice.Outcome == CancelOutcome.AlreadyCancelled);

do
{
    Same(await watching);
    if (changes.Current.PrescriptionId == first.PrescriptionId)
    {
        Console.WriteLine($"watch     {changes.Current.State} {changes.Current.Reason}");
        if (changes.Current.State == State.Cancelled)
        {
            return 0;
        }
    }

    watching = changes.MoveNextAsync().AsTask();
} while (true);

void Opened(string token)
{
    Console.WriteLine($"watch     open from {token}");
    opened.TrySetResult();
}

static string Setting(string name, string otherwise) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;

static bool Same(bool holds) => holds ? true : throw new InvalidOperationException("The platform did not answer as the contract says.");
