using Grpc.Core;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>The wire's side of a watch: headers at once, changes as they come, an end that says how to go on.</summary>
internal sealed class WatchStreams(StatusWatch watch, IHostApplicationLifetime lifetime)
{
    /// <summary>
    /// Response header with the token of the place where the stream begins, so that one which breaks before its first change
    /// can be resumed without a gap too.
    /// </summary>
    public const string BeginHeader = "tcm-resume-token";

    /// <exception cref="ServiceDefaults.Faults.FaultException">The token is not one of this stream, or the service is being stopped.</exception>
    public async Task ServeAsync(
        string institutionCode,
        string resumeToken,
        IServerStreamWriter<StatusChange> changes,
        ServerCallContext context
    )
    {
        var position = await watch.BeginAsync(resumeToken, context.CancellationToken);
        await context.WriteResponseHeadersAsync(new Metadata { { BeginHeader, position.ToString() } });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var change in watch.FollowAsync(institutionCode, position, ending.Token))
            {
                await changes.WritePatientlyAsync(change, context);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw PrescriptionsFaults.WatchEnds.Exception();
        }
    }
}
