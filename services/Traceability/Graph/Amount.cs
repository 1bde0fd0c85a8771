namespace TcmBrain.Traceability.Graph;

/// <summary>How much of a thing: a decimal number of KGM, GRM, LTR, MLT or pieces (H87, UN/ECE Rec 20).</summary>
public readonly record struct Amount(decimal Value, string Unit)
{
    /// <summary>What a link says; a single thing is one piece, a lot without a quantity is unknown.</summary>
    public static Amount? Of(Link link) =>
        link.Quantity is { } value ? new Amount(value, link.Unit ?? "H87")
        : ThingKinds.Of(link.Thing) is ThingKind.Lot or ThingKind.Class ? null
        : new Amount(1, "H87");

    /// <summary>In the unit that all amounts of its dimension share: kilograms, litres, pieces.</summary>
    public Amount Base =>
        Unit switch
        {
            "GRM" => new Amount(Value / 1000, "KGM"),
            "MLT" => new Amount(Value / 1000, "LTR"),
            _ => this,
        };

    /// <summary>The sum in the first one's unit; null when either is unknown or they are of different dimensions.</summary>
    public static Amount? operator +(Amount? a, Amount? b)
    {
        if (a is not { } first || b is not { } second)
        {
            return null;
        }

        return first.Unit == second.Unit ? first with { Value = first.Value + second.Value }
            : first.Base.Unit == second.Base.Unit ? new Amount(first.Base.Value + second.Base.Value, first.Base.Unit)
            : null;
    }
}

/// <summary>What an identifier names.</summary>
public enum ThingKind
{
    Lot,
    Instance,
    Container,
    Class,
    Other,
}

/// <summary>Told from the canonical Digital Link alone.</summary>
public static class ThingKinds
{
    public static ThingKind Of(string thing)
    {
        const string root = "https://id.gs1.org/";
        if (!thing.StartsWith(root, StringComparison.Ordinal))
        {
            return ThingKind.Other;
        }

        var key = thing.AsSpan(root.Length);
        return key.StartsWith("00/") ? ThingKind.Container
            : !key.StartsWith("01/") ? ThingKind.Other
            : key.Contains("/10/", StringComparison.Ordinal) ? ThingKind.Lot
            : key.Contains("/21/", StringComparison.Ordinal) || key.Contains("/235/", StringComparison.Ordinal) ? ThingKind.Instance
            : ThingKind.Class;
    }
}
