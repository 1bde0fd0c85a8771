using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions;

/// <summary>09: what couriers, counters and centres ask of a patient, and messages to patients.</summary>
public static partial class PrescriptionsFaults
{
    public static readonly FaultDefinition ParcelNotHeld = new(
        "PRX-0901",
        404,
        "没有这个在您手中的包裹",
        "there is no such parcel in your hands"
    );
    public static readonly FaultDefinition WrongPickUpCode = new(
        "PRX-0902",
        409,
        "取药码不正确或已停用,还可再试 {0} 次",
        "the pick-up code is wrong or stopped; {0} tries are left",
        FailedPrecondition
    );
    public static readonly FaultDefinition TooManyPickUpCodes = new(
        "PRX-0903",
        409,
        "取药码发送次数过多,请核对身份证件后交付",
        "too many pick-up codes were sent: look at an identity document instead",
        FailedPrecondition
    );
    public static readonly FaultDefinition NotificationNotFound = new("PRX-0904", 404, "没有这条通知", "there is no such notification");
    public static readonly FaultDefinition NotificationNotFailed = new(
        "PRX-0905",
        409,
        "只有发送失败的通知可以重发",
        "only a notification that failed can be sent again",
        FailedPrecondition
    );
    public static readonly FaultDefinition NotificationQuery = new(
        "PRX-0906",
        400,
        "查询条件不正确",
        "the query's state, limit (1 to 200) or next token is wrong"
    );
}
