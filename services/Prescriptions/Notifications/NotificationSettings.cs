using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Prescriptions.Notifications;

/// <summary>Section <c>Notifications</c>.</summary>
public sealed class NotificationSettings
{
    /// <summary>Where the web is served for patients, without a slash at the end; empty: messages have no link.</summary>
    public string PageAddress { get; set; } = "";

    /// <summary>Name of Dapr's output binding.</summary>
    [Required]
    public string Binding { get; set; } = "patient-notifications";

    /// <summary>The sidecar, such as http://127.0.0.1:3500; empty: DAPR_HTTP_ENDPOINT or DAPR_HTTP_PORT say, else there is none.</summary>
    public string DaprEndpoint { get; set; } = "";

    /// <summary>How often the queue is looked at.</summary>
    [Range(0.05, 3600)]
    public double PollSeconds { get; set; } = 5;

    /// <summary>Before the second try; each further one waits twice as long, an hour at most.</summary>
    [Range(0.05, 3600)]
    public double FirstRetrySeconds { get; set; } = 30;

    /// <summary>After so many tries it has failed, and a person may have it sent again.</summary>
    [Range(1, 50)]
    public int MostAttempts { get; set; } = 8;
}
