using System.Net.Http.Headers;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;

namespace TcmBrain.Web.Tests.Prescriptions;

/// <summary>The first demo hospital: its system, which pushes and signs, and its other pharmacist, who works without this browser.</summary>
internal sealed class Hospital : IDisposable
{
    private static int lastSeed;
    private readonly GrpcChannel channel;
    private readonly PrescriptionService.PrescriptionServiceClient client;
    private readonly Metadata own;
    private readonly Platform platform;

    private Hospital(Platform platform, string token)
    {
        this.platform = platform;
        channel = GrpcChannel.ForAddress(platform.PrescriptionsGrpc);
        client = new(channel);
        own = new() { { "authorization", "Bearer " + token } };
    }

    public static async Task<Hospital> OpenAsync(Platform platform) => new(platform, await TokenAsync(platform, "his-1"));

    /// <summary>Pushes a prescription that is intercepted: an incompatible pair, unless <paramref name="flaw"/> says otherwise.</summary>
    public async Task<PushReply> PushAsync(Flaw flaw = Flaw.EighteenIncompatible, Action<Prescription>? change = null)
    {
        var prescription = new PrescriptionFactory(
            Catalogue.Default,
            4_000 + Interlocked.Increment(ref lastSeed),
            DateTimeOffset.UtcNow.AddMinutes(-10)
        )
            .Make(0, 0)
            .Prescription;
        // One in twelve would be an inpatient's, which plans and queues treat otherwise.
        (prescription.Urgent, prescription.Visit) = (false, VisitKind.Outpatient);
        if (flaw != Flaw.None)
        {
            PrescriptionFactory.Spoil(prescription, flaw);
        }

        change?.Invoke(prescription);
        return await client.PushAsync(new PushRequest { Prescription = prescription }, own);
    }

    /// <summary>The prescriber's second signature.</summary>
    public async Task SignAsync(PushReply pushed, string reason)
    {
        var key = new PrescriptionKey { HisNumber = pushed.HisNumber, Revision = pushed.Revision };
        var view = await client.GetAsync(new GetRequest { Key = key }, own);
        await client.AcknowledgeInterceptAsync(
            new()
            {
                Key = key,
                PractitionerCode = view.Prescription.Prescriber.PractitionerCode,
                Reason = reason,
            },
            own
        );
    }

    public async Task<PrescriptionView> ViewAsync(PushReply pushed) =>
        await client.GetAsync(new GetRequest { PrescriptionId = pushed.PrescriptionId }, own);

    /// <summary>Ends whatever still waits, so that a test begins with an empty queue.</summary>
    public async Task ClearAsync()
    {
        while (true)
        {
            var waiting = await client.ListAsync(new ListRequest { States = { State.Intercepted }, PageSize = 200 }, own);
            if (waiting.Items.Count == 0)
            {
                return;
            }

            foreach (var item in waiting.Items)
            {
                await client.CancelAsync(
                    new()
                    {
                        Key = new PrescriptionKey { HisNumber = item.HisNumber, Revision = item.Revision },
                        Reason = "test",
                    },
                    own
                );
            }
        }
    }

    /// <summary>Another pharmacist of the same hospital, by its own program.</summary>
    public async Task<HttpClient> OtherPharmacistAsync()
    {
        var other = new HttpClient { BaseAddress = platform.Address };
        other.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(platform, "pharmacist-1"));
        return other;
    }

    private static async Task<string> TokenAsync(Platform platform, string program)
    {
        using var http = new HttpClient { BaseAddress = platform.Address };
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = program,
                ["client_secret"] = "dev-only-" + program,
            }
        );
        using var answer = await http.PostAsync("/oauth/token", form);
        answer.EnsureSuccessStatusCode();
        return JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync()).GetProperty("access_token").GetString()!;
    }

    public void Dispose() => channel.Dispose();
}
