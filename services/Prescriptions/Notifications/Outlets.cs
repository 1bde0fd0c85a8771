using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace TcmBrain.Prescriptions.Notifications;

/// <summary>One message on its way out.</summary>
/// <param name="Id">the same at every try, by which a gateway recognises it</param>
internal sealed record OutgoingMessage(Guid Id, string To, string Text);

/// <summary>Where messages to patients leave the platform (通知出口).</summary>
internal interface INotificationOutlet
{
    string Name { get; }

    /// <summary>False: nothing leaves, so no phone number is looked up either.</summary>
    bool Sends { get; }

    /// <exception cref="HttpRequestException">It was not taken; it is tried again.</exception>
    Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}

/// <summary>No outlet is configured: messages stand in the outbox, where a page shows them.</summary>
internal sealed class RecordedOutbox : INotificationOutlet
{
    public string Name => "outbox";

    public bool Sends => false;

    public Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>
/// Dapr's output binding over its HTTP API: POST /v1.0/bindings/{name} with operation, data and metadata; any status but 2xx is a failure.
/// https://docs.dapr.io/reference/api/bindings_api/
/// </summary>
internal sealed class DaprBindingOutlet(HttpClient client, IOptions<NotificationSettings> settings, IConfiguration configuration)
    : INotificationOutlet
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private sealed record Data([property: JsonPropertyName("id")] Guid Id, string To, string Text);

    private sealed record Invocation(string Operation, Data Data, Dictionary<string, string> Metadata);

    public string Name => "dapr:" + settings.Value.Binding;

    public bool Sends => true;

    /// <summary>Null: no sidecar.</summary>
    public static Uri? Endpoint(NotificationSettings settings, IConfiguration configuration) =>
        Uri.TryCreate(settings.DaprEndpoint, UriKind.Absolute, out var set) ? set
        : Uri.TryCreate(configuration["DAPR_HTTP_ENDPOINT"], UriKind.Absolute, out var given) ? given
        : configuration.GetValue<int?>("DAPR_HTTP_PORT") is { } port ? new Uri($"http://127.0.0.1:{port}")
        : null;

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.0/bindings/" + Uri.EscapeDataString(settings.Value.Binding))
        {
            Content = JsonContent.Create(
                new Invocation(
                    "create",
                    new Data(message.Id, message.To, message.Text),
                    // What SMS components read of the metadata, such as Dapr's Twilio binding.
                    new Dictionary<string, string> { ["toNumber"] = message.To, ["messageId"] = message.Id.ToString() }
                ),
                options: Json
            ),
        };
        if (configuration["DAPR_API_TOKEN"] is { Length: > 0 } token)
        {
            request.Headers.Add("dapr-api-token", token);
        }

        using var answer = await client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
