using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// Writes server-sent events to one client. Nothing is copied for a slow client: each flush waits for the client to take what was
/// written, and a client that takes nothing for <see cref="Patience"/> is cut off; it resumes from its last id.
/// </summary>
internal sealed class SseWriter(HttpContext context)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly PipeWriter _body = context.Response.BodyWriter;

    public void Start()
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        // A proxy in front must not gather it either.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        SseText.Text(_body, "retry: 2000\n\n");
    }

    /// <inheritdoc cref="SseText.Event(IBufferWriter{byte}, string, ReadOnlySpan{byte}, ResumeToken?)"/>
    public void Event(string name, ReadOnlySpan<byte> json, ResumeToken? id = null) => SseText.Event(_body, name, json, id);

    /// <summary>Events as they go over the wire.</summary>
    public void Write(ReadOnlySpan<byte> events) => _body.Write(events);

    /// <inheritdoc cref="Frame.WriteTo"/>
    public int Write(Frame frame, long position, Audience audience, InstitutionRegister register) =>
        frame.WriteTo(_body, position, audience, register);

    /// <exception cref="TimeoutException">The client does not take what is sent.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var flushing = _body.FlushAsync(cancellationToken);
        var flush = flushing.IsCompletedSuccessfully ? flushing.Result : await flushing.AsTask().WaitAsync(Patience, cancellationToken);
        if (flush.IsCompleted)
        {
            throw new OperationCanceledException("The client has gone.");
        }
    }
}
