namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>Who does something to a prescription.</summary>
public enum Actor
{
    /// <summary>The hospital's information system.</summary>
    Hospital,

    /// <summary>The prescriber, through the hospital's system.</summary>
    Prescriber,

    /// <summary>A pharmacist of the prescribing institution (审方药师).</summary>
    Pharmacist,

    /// <summary>The shared pharmacy, by its events.</summary>
    Pharmacy,

    /// <summary>The decoction room, by its events.</summary>
    DecoctionRoom,

    /// <summary>The courier, by the decoction room's events.</summary>
    Courier,

    /// <summary>Time.</summary>
    Clock,
}

/// <summary>What can be done to a prescription, or told of it.</summary>
public enum LifecycleAction
{
    /// <summary>The same content under the same key again.</summary>
    PushAgain,

    /// <summary>Other content under the same key.</summary>
    PushOther,
    Cancel,
    Amend,

    /// <summary>双签字, also the answer to a return.</summary>
    SignAgain,

    /// <summary>领审.</summary>
    Claim,
    Approve,
    Reject,

    /// <summary>退回医师.</summary>
    ReturnToPrescriber,

    /// <summary>退药: the finished medicine comes back.</summary>
    TakeBack,
    Route,
    Reserve,
    RunShort,

    /// <summary>预留中断: a lot is no longer good or the centre closed; it is routed anew.</summary>
    BreakReservation,
    WithdrawForCancel,
    WithdrawForAmend,
    WithdrawForExpiry,
    StartDispensing,
    FinishDispensing,
    Check,
    StartDecoction,

    /// <summary>A step of decoction other than packing.</summary>
    CompleteStep,
    CompletePacking,
    CompleteDecoction,

    /// <summary>报废: nobody may take it.</summary>
    Scrap,
    Ship,

    /// <summary>到达自提点: it lies at the counter.</summary>
    Arrive,

    /// <summary>未妥投: nobody could be handed it, or it is back at the centre, which decides.</summary>
    Miss,
    Deliver,

    /// <summary>It will never reach the patient: ended at the centre, or lost.</summary>
    GiveUp,

    /// <summary>The present state runs out (超时).</summary>
    TimeOut,
}
