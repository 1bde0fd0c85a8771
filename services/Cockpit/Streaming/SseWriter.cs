using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// Writes server-sent events (WHATWG HTML, 9.2). Nothing is kept for a slow client: each flush waits for the client to take what was
/// written, and a client that takes nothing for <see cref="Patience"/> is cut off; it resumes from its last id.
/// </summary>
internal sealed class SseWriter(HttpContext context)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly PipeWriter _body = context.Response.BodyWriter;

    public void Start()
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        // A proxy in front must not gather it either.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        Text("retry: 2000\n\n");
    }

    /// <summary>An event whose data are JSON without line breaks; with an id when it moves the position.</summary>
    public void Event(string name, ReadOnlySpan<byte> json, long? id = null)
    {
        Head(name, id);
        _body.Write(json);
        Text("\n\n");
    }

    /// <summary>An event whose data are a JSON array of the items.</summary>
    public void Event(string name, IEnumerable<byte[]> items, long id)
    {
        Head(name, id);
        var separator = "[";
        foreach (var item in items)
        {
            Text(separator);
            _body.Write(item);
            separator = ",";
        }

        Text(separator == "[" ? "[]\n\n" : "]\n\n");
    }

    public void Comment(string text) => Text($": {text}\n");

    /// <exception cref="TimeoutException">The client does not take what is sent.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var flush = await _body.FlushAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
        if (flush.IsCompleted)
        {
            throw new OperationCanceledException("The client has gone.");
        }
    }

    private void Head(string name, long? id)
    {
        if (id is { } position)
        {
            Text(string.Create(CultureInfo.InvariantCulture, $"id: {position}\n"));
        }

        Text($"event: {name}\ndata: ");
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, _body);
}
