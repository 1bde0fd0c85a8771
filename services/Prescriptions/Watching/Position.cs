using System.Globalization;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>
/// A place in the order of all status changes (续传标记): the transaction that told it, and its number within. Its text is the resume token.
/// </summary>
internal readonly record struct Position(ulong Transaction, long Sequence) : IComparable<Position>
{
    public static readonly Position Beginning = new(0, 0);

    /// <exception cref="ServiceDefaults.Faults.FaultException">The resume token is not one of this stream.</exception>
    public static Position Parse(string token)
    {
        if (token == "0")
        {
            return Beginning;
        }

        var parts = token.Split('-');
        return
            parts.Length == 2
            && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var transaction)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new Position(transaction, sequence)
            : throw PrescriptionsFaults.ResumeToken.Exception("resume_token");
    }

    public int CompareTo(Position other) =>
        Transaction != other.Transaction ? Transaction.CompareTo(other.Transaction) : Sequence.CompareTo(other.Sequence);

    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    public override string ToString() => FormattableString.Invariant($"{Transaction}-{Sequence}");
}

/// <summary>A status change of an institution with its place; the message is shared by every stream that it goes to.</summary>
internal readonly record struct PlacedChange(Position Position, string InstitutionCode, Contracts.Prescriptions.V1.StatusChange Change);
