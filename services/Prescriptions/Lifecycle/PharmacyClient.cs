using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.ServiceDefaults.Discovery;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>Asks the pharmacy in the name of the caller, whose token goes along.</summary>
internal sealed class PharmacyClient(ServiceEndpoints endpoints, IHttpContextAccessor accessor) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<Uri, GrpcChannel> channels = new();

    /// <exception cref="ServiceDefaults.Faults.FaultException">The pharmacy cannot be reached; the call may be repeated.</exception>
    public async Task<WithdrawOutcome> WithdrawAsync(Standing standing, string actor, string reason, CancellationToken cancellationToken)
    {
        var address = endpoints.Resolve(new Uri("http://_grpc.pharmacy"));
        var channel = channels.GetOrAdd(address, a => GrpcChannel.ForAddress(a));
        var headers = new Metadata();
        if (accessor.HttpContext is { } context && AccessToken.Of(context.Request) is { } token)
        {
            headers.Add("authorization", "Bearer " + token);
        }

        try
        {
            var reply = await new DispensingService.DispensingServiceClient(channel).WithdrawAsync(
                new WithdrawRequest
                {
                    PrescriptionId = standing.Id.ToString(),
                    InstitutionCode = standing.InstitutionCode,
                    RegionCode = standing.RegionCode,
                    HisNumber = standing.HisNumber,
                    Revision = standing.Revision,
                    Reason = reason,
                    RequestedBy = actor,
                },
                headers,
                DateTime.UtcNow + Deadline,
                cancellationToken
            );
            return reply.Outcome;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal)
        {
            throw PrescriptionsFaults.PharmacyAway.Exception();
        }
    }

    public void Dispose()
    {
        foreach (var channel in channels.Values)
        {
            channel.Dispose();
        }
    }
}
