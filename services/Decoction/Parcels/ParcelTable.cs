namespace TcmBrain.Decoction.Parcels;

/// <summary>What is done with a parcel, or told of it.</summary>
public enum ParcelAction
{
    /// <summary>交接: the courier takes it.</summary>
    HandOver,

    /// <summary>到达自提点: it lies at the counter.</summary>
    Arrive,

    /// <summary>妥投: the courier hands it to somebody.</summary>
    Deliver,

    /// <summary>自提: fetched at the counter.</summary>
    PickUp,

    /// <summary>未妥投: nobody could be handed it; the courier still has it.</summary>
    Fail,

    /// <summary>退回中心.</summary>
    BringBack,

    /// <summary>销毁: it ends at the centre.</summary>
    Discard,

    /// <summary>遗失.</summary>
    Lose,
}

/// <summary>What comes of an action in a state.</summary>
public enum ParcelCellKind
{
    /// <summary>The state becomes <see cref="ParcelCell.To"/>.</summary>
    Move,

    /// <summary>It is kept in the history and changes nothing: it is known, late, or contradicts what has ended.</summary>
    Note,

    /// <summary>What it follows has not been told yet: it waits for that.</summary>
    Wait,

    /// <summary>It cannot be: DEC-0701.</summary>
    Refuse,
}

/// <summary>One cell of the table.</summary>
public readonly record struct ParcelCell(ParcelCellKind Kind, string To)
{
    public static ParcelCell Move(string to) => new(ParcelCellKind.Move, to);

    public static ParcelCell Note { get; } = new(ParcelCellKind.Note, "");

    public static ParcelCell Wait { get; } = new(ParcelCellKind.Wait, "");

    public static ParcelCell Refuse { get; } = new(ParcelCellKind.Refuse, "");
}

/// <summary>
/// What may become of a parcel in each state (包裹流转): the one table that the service follows and docs/delivery.md is written from. Reports
/// come late, twice and in any order; a state that has ended is never left.
/// </summary>
public static class ParcelTable
{
    /// <param name="pickUp">the patient fetches it</param>
    public static ParcelCell Of(string state, ParcelAction action, bool pickUp) =>
        (state, action) switch
        {
            (ParcelStates.Delivered or ParcelStates.Returned or ParcelStates.Lost, _) => ParcelCell.Note,
            (_, ParcelAction.Lose) => ParcelCell.Move(ParcelStates.Lost),
            (_, ParcelAction.Arrive or ParcelAction.PickUp) when !pickUp => ParcelCell.Refuse,
            (ParcelStates.Ready or ParcelStates.Back, ParcelAction.HandOver) => ParcelCell.Move(ParcelStates.Shipped),
            (ParcelStates.Shipped or ParcelStates.Counter, ParcelAction.HandOver) => ParcelCell.Note,
            (ParcelStates.Counter, ParcelAction.Arrive) => ParcelCell.Note,
            (_, ParcelAction.Arrive) => ParcelCell.Move(ParcelStates.Counter),
            (ParcelStates.Shipped, ParcelAction.Deliver) => ParcelCell.Move(ParcelStates.Delivered),
            (ParcelStates.Counter, ParcelAction.Deliver) => ParcelCell.Refuse,
            (ParcelStates.Counter, ParcelAction.PickUp) => ParcelCell.Move(ParcelStates.Delivered),
            (ParcelStates.Shipped, ParcelAction.Fail) => ParcelCell.Move(ParcelStates.Shipped),
            (ParcelStates.Counter, ParcelAction.Fail) => ParcelCell.Note,
            (ParcelStates.Shipped or ParcelStates.Counter, ParcelAction.BringBack) => ParcelCell.Move(ParcelStates.Back),
            (ParcelStates.Back, ParcelAction.BringBack or ParcelAction.Fail) => ParcelCell.Note,
            (ParcelStates.Ready or ParcelStates.Back, ParcelAction.Discard) => ParcelCell.Move(ParcelStates.Returned),
            (_, ParcelAction.Discard) => ParcelCell.Refuse,
            // Deliver, PickUp, Fail or BringBack of what has not left: the hand-over will be told yet.
            _ => ParcelCell.Wait,
        };

    /// <summary>The action's name in contracts and tables: <c>hand-over</c>.</summary>
    public static string Name(this ParcelAction action) =>
        action switch
        {
            ParcelAction.HandOver => "hand-over",
            ParcelAction.Arrive => "arrive",
            ParcelAction.Deliver => "deliver",
            ParcelAction.PickUp => "pick-up",
            ParcelAction.Fail => "fail",
            ParcelAction.BringBack => "bring-back",
            ParcelAction.Discard => "discard",
            _ => "lose",
        };

    public static ParcelAction? ActionOf(string name) =>
        Enum.GetValues<ParcelAction>().Cast<ParcelAction?>().FirstOrDefault(action => action!.Value.Name() == name);
}
