using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Prescriptions.Releases;

/// <summary>
/// The release that answers now. A call reads it once and goes on with what it read; switching is one write of a reference, and nobody
/// waits for it.
/// </summary>
internal sealed class CurrentRelease
{
    private volatile Standing standing = new(AuditRelease.BuiltIn, 0);

    public AuditRelease Value => standing.Release;

    /// <summary>The book of releases has been read, so that this is not merely what the build was made with.</summary>
    public bool IsRead { get; private set; }

    public void MarkRead() => IsRead = true;

    /// <summary>Which publication answers; 0: the release that the build was made with.</summary>
    public long Publication => standing.Publication;

    /// <summary>Both as they were at one moment.</summary>
    public (AuditRelease Release, long Publication) Read()
    {
        var now = standing;
        return (now.Release, now.Publication);
    }

    public void Switch(AuditRelease release, long publication) => standing = new(release, publication);

    private sealed record Standing(AuditRelease Release, long Publication);
}
