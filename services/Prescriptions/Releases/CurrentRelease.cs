using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Prescriptions.Releases;

/// <summary>
/// The release that answers now. A call reads it once and goes on with what it read; switching is one write of a reference, and nobody
/// waits for it.
/// </summary>
internal sealed class CurrentRelease
{
    private volatile AuditRelease value = AuditRelease.BuiltIn;

    public AuditRelease Value => value;

    /// <summary>Which publication answers; 0: the release that the build was made with.</summary>
    public long Publication { get; private set; }

    public void Switch(AuditRelease release, long publication)
    {
        Publication = publication;
        value = release;
    }
}
