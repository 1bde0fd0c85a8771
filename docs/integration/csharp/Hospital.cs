using System.Runtime.CompilerServices;
using Grpc.Core;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Integration.Client;

/// <summary>What a hospital's system does with the platform, by the retry contract.</summary>
internal sealed class Hospital(PrescriptionService.PrescriptionServiceClient service, AccessTokens tokens)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public Task<PushReply> PushAsync(Prescription prescription, CancellationToken cancellationToken) =>
        RetryContract.RepeatAsync(
            async () =>
                await service.PushAsync(
                    new PushRequest { Prescription = prescription },
                    await HeadersAsync(cancellationToken),
                    DateTime.UtcNow + Deadline,
                    cancellationToken
                ),
            tokens.Forget,
            cancellationToken
        );

    public Task<CancelReply> CancelAsync(PrescriptionKey key, string reason, CancellationToken cancellationToken) =>
        RetryContract.RepeatAsync(
            async () =>
                await service.CancelAsync(
                    new CancelRequest { Key = key, Reason = reason },
                    await HeadersAsync(cancellationToken),
                    DateTime.UtcNow + Deadline,
                    cancellationToken
                ),
            tokens.Forget,
            cancellationToken
        );

    /// <summary>
    /// Every change after the token, each once, over any number of broken streams. Keep <see cref="StatusChange.ResumeToken"/> in the same
    /// transaction as what the change did to your own records: then nothing is lost or done twice when your side dies either.
    /// </summary>
    /// <param name="opened">called with the token of the place where the first stream begins, as soon as it is open</param>
    public async IAsyncEnumerable<StatusChange> WatchAsync(
        string resumeToken,
        Action<string>? opened,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var attempt = 0; ; attempt++)
        {
            using var call = service.Watch(
                new WatchRequest { ResumeToken = resumeToken },
                await HeadersAsync(cancellationToken),
                cancellationToken: cancellationToken
            );
            while (true)
            {
                try
                {
                    if (resumeToken.Length == 0)
                    {
                        resumeToken = (await call.ResponseHeadersAsync).GetValue("tcm-resume-token") ?? "";
                        opened?.Invoke(resumeToken);
                    }

                    if (!await call.ResponseStream.MoveNext(cancellationToken))
                    {
                        break;
                    }
                }
                catch (RpcException e) when (RetryContract.MayBeRepeated(e) && !cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                attempt = 0;
                resumeToken = call.ResponseStream.Current.ResumeToken;
                yield return call.ResponseStream.Current;
            }

            await Task.Delay(RetryContract.PauseAfter(attempt), cancellationToken);
        }
    }

    private async Task<Metadata> HeadersAsync(CancellationToken cancellationToken) =>
        new() { { "authorization", "Bearer " + await tokens.CurrentAsync(cancellationToken) } };
}
