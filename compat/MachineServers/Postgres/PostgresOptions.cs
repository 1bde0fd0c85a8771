namespace TcmBrain.MachineServers.Postgres;

/// <summary>How to run the machine's PostgreSQL.</summary>
public sealed record PostgresOptions
{
    /// <summary>Null: a temporary one, removed on dispose.</summary>
    public string? DataFolder { get; init; }

    /// <summary>0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>The superuser; fixed when the folder is initialised.</summary>
    public string UserName { get; init; } = "postgres";

    /// <summary>Fixed when the folder is initialised.</summary>
    public required string Password { get; init; }

    /// <summary>Created at start when missing.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>Server settings beyond, or in place of, <see cref="PostgresServer.Settings"/>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
