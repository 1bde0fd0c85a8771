using TcmBrain.Contracts;

namespace TcmBrain.Exchange;

/// <summary>How a service takes part in the exchange. The defaults suit every service of the platform.</summary>
public sealed class ExchangeOptions
{
    public required Topology.Service Service { get; init; }

    /// <summary><c>amqp://user:password@host:port</c>.</summary>
    public required string Broker { get; init; }

    /// <summary>Events that one relay transaction takes to the broker.</summary>
    public int RelayBatch { get; set; } = 500;

    /// <summary>Relay transactions under way at once in this process.</summary>
    public int RelayLanes { get; set; } = 2;

    /// <summary>How often a relay looks although nobody woke it: the net for events left by a replica that died.</summary>
    public TimeSpan RelayPoll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What a relay lane leaves between two batches while the service is crowded: with the batch it bounds how slowly a backlog is told.</summary>
    public TimeSpan RelayPause { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A confirmation not given within this time counts as the broker being away.</summary>
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Inbox transactions under way at once; events of one aggregate always share a lane.</summary>
    public int InboxLanes { get; set; } = 4;

    /// <summary>Events that one inbox transaction takes in.</summary>
    public int InboxBatch { get; set; } = 250;

    /// <summary>What lies at least between the beginnings of two transactions of a lane while they are not full: the time in which events gather.</summary>
    public TimeSpan InboxPace { get; set; }

    /// <summary>
    /// Deliveries taken in at once, and so the most that a transaction can gather. The RabbitMQ client has a loop for each of them and wakes all idle ones
    /// for every message: more than are under way at once costs processor time and gains nothing.
    /// </summary>
    public int InboxConcurrency { get; set; } = 256;

    /// <summary>Unconfirmed deliveries that the broker may have at this process.</summary>
    public ushort Prefetch { get; set; } = 1000;

    /// <summary>Pauses before an event whose handler failed is tried again; after the last, or at once when there is none, it goes to the error queue.</summary>
    public TimeSpan[] Redelivery { get; set; } =
    [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    /// <summary>
    /// How long a stopping service may take over what it has in hand; in half of that its handlers should be done. As long, at most, it waits for what
    /// it had in hand when its broker went before it seeks the broker again.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Days that told events are kept for replay.</summary>
    public int KeepDays { get; set; } = DefaultKeepDays;

    public const int DefaultKeepDays = 30;
}
