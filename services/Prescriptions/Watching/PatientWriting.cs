using Grpc.Core;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>Writing to a client that may have stopped reading.</summary>
internal static class PatientWriting
{
    /// <summary>A client whose flow-control window stays shut this long is as good as gone.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Waits for the client to take the message, within bounds: a stream that is not read is reset, and all it held is let go.</summary>
    public static async Task WritePatientlyAsync<T>(this IServerStreamWriter<T> writer, T message, ServerCallContext context)
    {
        var writing = writer.WriteAsync(message, context.CancellationToken);
        if (writing.IsCompleted)
        {
            await writing;
            return;
        }

        try
        {
            await writing.WaitAsync(Patience, context.CancellationToken);
        }
        catch (TimeoutException)
        {
            context.GetHttpContext().Abort();
            throw;
        }
    }
}
