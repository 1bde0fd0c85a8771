using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

/// <summary>Error catalogue of prescriptions (PRX-). 01xx: what is written is wrong; 02xx: what is asked does not fit what stands.</summary>
public static partial class PrescriptionsFaults
{
    private const int AlreadyExists = 6;
    private const int FailedPrecondition = 9;

    public static readonly FaultDefinition OtherContent = new(
        "PRX-0201",
        409,
        "同一处方号与版次已存在不同内容(已存 SHA-256 {0},本次 {1})",
        "other content stands under this number and revision (stored SHA-256 {0}, sent {1})",
        AlreadyExists
    );
    public static readonly FaultDefinition NotFound = new("PRX-0202", 404, "未找到该处方", "no such prescription");
    public static readonly FaultDefinition NotWaiting = new(
        "PRX-0203",
        409,
        "该处方当前状态为 {0},无需处理",
        "the prescription is {0}; there is nothing to decide",
        FailedPrecondition
    );
    public static readonly FaultDefinition NotSigned = new(
        "PRX-0204",
        409,
        "医师尚未双签,药师不能批准(《处方管理办法》第三十五条)",
        "the prescriber has not signed again; it cannot be approved yet (Prescription Administration Rules, art. 35)",
        FailedPrecondition
    );
    public static readonly FaultDefinition Unresolved = new(
        "PRX-0205",
        409,
        "药名仍有歧义,不能批准;请退回医师修改",
        "a name is still ambiguous; it cannot be approved, return it to the prescriber",
        FailedPrecondition
    );
    public static readonly FaultDefinition Suspended = new(
        "PRX-0206",
        403,
        "本机构已被暂停,不能推送处方",
        "the institution is suspended and may not push"
    );
    public static readonly FaultDefinition PrescriberSuspended = new(
        "PRX-0220",
        403,
        "处方医师已被暂停执业,其处方不予接收",
        "the prescriber is suspended; nothing that they prescribe is accepted"
    );
    public static readonly FaultDefinition WrongPrescriber = new(
        "PRX-0207",
        403,
        "双签须由原处方医师作出",
        "only the prescriber who wrote it can sign again"
    );
    public static readonly FaultDefinition PharmacyAway = new(
        "PRX-0208",
        503,
        "共享药房暂时不可用,无法确定能否撤销,请稍后以相同内容重试",
        "the pharmacy is away, so it cannot be told whether cancelling is still possible; retry the same call later"
    );
    public static readonly FaultDefinition ResumeToken = new("PRX-0209", 400, "续传标记不正确", "not a resume token of this stream");
    public static readonly FaultDefinition Overloaded = new(
        "PRX-0210",
        503,
        "系统繁忙,请稍后以相同内容重试",
        "overloaded; retry the same call later"
    );
    public static readonly FaultDefinition WatchEnds = new(
        "PRX-0290",
        503,
        "本次订阅到此结束,请用最后收到的续传标记重新订阅",
        "this stream ends here; open another with the last resume token received"
    );
    public static readonly FaultDefinition RevisionByAmend = new(
        "PRX-0211",
        400,
        "Push 只接收第 1 版;修改请用 Amend",
        "Push takes revision 1 only; later revisions come by Amend"
    );
    public static readonly FaultDefinition RevisionOrder = new(
        "PRX-0212",
        409,
        "新版次应为 {0}(现有最新版次加一)",
        "the new revision must be {0}: one more than the newest",
        FailedPrecondition
    );
    public static readonly FaultDefinition NotFinished = new(
        "PRX-0213",
        409,
        "处方状态为 {0},尚无成品可退",
        "the prescription is {0}; there is no finished medicine to take back",
        FailedPrecondition
    );
    public static readonly FaultDefinition ClaimedByOther = new(
        "PRX-0214",
        409,
        "{0} 正在审核该处方,至 {1}",
        "{0} is reviewing this prescription until {1}",
        FailedPrecondition
    );
    public static readonly FaultDefinition ReturnCause = new(
        "PRX-0215",
        400,
        "退药原因应为 quality、undeliverable、refused 或 not-collected(药品一经发出,除质量原因外不得退换:《医疗机构药事管理规定》第二十八条)",
        "the cause must be quality, undeliverable, refused or not-collected (what was handed out comes back for its quality only: Rules on "
            + "Pharmacy Administration of Medical Institutions, art. 28)"
    );
    public static readonly FaultDefinition PageToken = new("PRX-0216", 400, "翻页标记不正确", "not a page token of this list");
    public static readonly FaultDefinition AwaitsPrescriber = new(
        "PRX-0217",
        409,
        "已退回医师,等待医师答复",
        "it was returned to the prescriber, whose answer is awaited",
        FailedPrecondition
    );
}
