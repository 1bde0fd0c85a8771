using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>
/// One release of the audit: catalogue and policy, read, checked and ready to answer. Immutable and thread-safe; a service switches by
/// putting another one in its place, and whoever holds the old one goes on with it to the end of the call.
/// </summary>
public sealed class AuditRelease
{
    private static readonly Lazy<AuditRelease> Own = new(() => new(AuditReleaseFiles.Embedded(), Catalogue.Default, AuditPolicy.Default));

    private AuditRelease(AuditReleaseFiles files, Catalogue catalogue, AuditPolicy policy)
    {
        Files = files;
        Auditor = new(catalogue, policy);
    }

    /// <summary>The release that this build was made with.</summary>
    public static AuditRelease BuiltIn => Own.Value;

    public AuditReleaseFiles Files { get; }

    public PrescriptionAuditor Auditor { get; }

    public Catalogue Catalogue => Auditor.Catalogue;

    public AuditPolicy Policy => Auditor.Policy;

    /// <summary>The name that every audit it makes carries: versions and hashes of knowledge and policy.</summary>
    public string Name => Auditor.Release;

    /// <exception cref="BrokenReleaseException">It contradicts itself; every fault is named with file, line and reason.</exception>
    public static AuditRelease Load(AuditReleaseFiles files)
    {
        Catalogue? catalogue = null;
        AuditPolicy? policy = null;
        List<ReleaseFault> faults = [];
        Try(() => catalogue = Catalogue.Load(files.Knowledge));
        Try(() => policy = AuditPolicy.Read(files));
        return faults.Count > 0 ? throw new BrokenReleaseException([.. faults]) : new(files, catalogue!, policy!);

        void Try(Action read)
        {
            try
            {
                read();
            }
            catch (BrokenReleaseException e)
            {
                faults.AddRange(e.Faults);
            }
        }
    }
}
