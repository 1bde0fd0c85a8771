namespace TcmBrain.Traceability.Log;

/// <summary>How this log is called and how often its head is signed.</summary>
public sealed record LogOptions
{
    /// <summary>Origin line and key name of its checkpoints (<c>Log:Origin</c>); changing it makes another log.</summary>
    public string Origin { get; init; } = "tcmbrain.example/trace";

    /// <summary>Pause between two looks for news (<c>Log:SignEvery</c>).</summary>
    public TimeSpan SignEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Least pause between two pages of the background audit (<c>Log:AuditEvery</c>); a page is 100 events.</summary>
    public TimeSpan AuditEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How much of its time the background audit works (<c>Log:AuditShare</c>), above 0 and at most 1. At a hundredth of a core a million
    /// events take some hours; <c>./tcm verify</c> asks for all of them at once.
    /// </summary>
    public double AuditShare { get; init; } = 0.01;

    /// <summary>Seed of the signing key: 32 bytes, base64 (<c>Log:SigningKey</c>, a secret). See <see cref="LogKey.FromSeed"/>.</summary>
    public required string SigningKey { get; init; }

    /// <exception cref="InvalidOperationException">No signing key, or a share of the audit that is none.</exception>
    public static LogOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Log");
        var options = new LogOptions
        {
            SigningKey = section["SigningKey"] ?? throw new InvalidOperationException("Log:SigningKey (32 bytes, base64) is not set."),
        };
        return options with
        {
            Origin = section["Origin"] ?? options.Origin,
            SignEvery = section.GetValue<TimeSpan?>("SignEvery") ?? options.SignEvery,
            AuditEvery = section.GetValue<TimeSpan?>("AuditEvery") ?? options.AuditEvery,
            AuditShare = section.GetValue<double?>("AuditShare") switch
            {
                null => options.AuditShare,
                > 0 and <= 1 and var share => share,
                _ => throw new InvalidOperationException("Log:AuditShare is above 0 and at most 1."),
            },
        };
    }
}
