namespace TcmBrain.Cockpit.Folding;

/// <summary>Whose numbers: a region (subtree), an institution or a centre.</summary>
public readonly record struct Scope(char Kind, string Code) : IComparable<Scope>
{
    public const char RegionKind = 'r';
    public const char InstitutionKind = 'i';
    public const char CentreKind = 'c';

    /// <summary>Everywhere, also what has no region.</summary>
    public static readonly Scope Everywhere = new(RegionKind, "000000");

    public static Scope OfRegion(string code) => new(RegionKind, code);

    public static Scope OfInstitution(string code) => new(InstitutionKind, code);

    public static Scope OfCentre(string code) => new(CentreKind, code);

    public int CompareTo(Scope other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : string.CompareOrdinal(Code, other.Code);
}

public readonly record struct CounterKey(Scope Scope, DateOnly Day, short Hour, string Metric) : IComparable<CounterKey>
{
    public int CompareTo(CounterKey other)
    {
        var order = Scope.CompareTo(other.Scope);
        order = order != 0 ? order : Day.CompareTo(other.Day);
        order = order != 0 ? order : Hour.CompareTo(other.Hour);
        return order != 0 ? order : string.CompareOrdinal(Metric, other.Metric);
    }
}

public readonly record struct RankingKey(string List, DateOnly Day, string Region, string Institution, string Topic)
    : IComparable<RankingKey>
{
    public int CompareTo(RankingKey other)
    {
        var order = string.CompareOrdinal(List, other.List);
        order = order != 0 ? order : Day.CompareTo(other.Day);
        order = order != 0 ? order : string.CompareOrdinal(Region, other.Region);
        order = order != 0 ? order : string.CompareOrdinal(Institution, other.Institution);
        return order != 0 ? order : string.CompareOrdinal(Topic, other.Topic);
    }
}

/// <summary>What a ranking counts, and its weight: milligrams for herbs, doses otherwise; formulas have none.</summary>
public record struct RankingValue(long Count, long Amount);

public readonly record struct SketchKey(Scope Scope, DateOnly Day, short Hour, string Measure) : IComparable<SketchKey>
{
    public int CompareTo(SketchKey other)
    {
        var order = Scope.CompareTo(other.Scope);
        order = order != 0 ? order : Day.CompareTo(other.Day);
        order = order != 0 ? order : Hour.CompareTo(other.Hour);
        return order != 0 ? order : string.CompareOrdinal(Measure, other.Measure);
    }
}

/// <summary>Prescriptions of a day's routing: from an institution over a centre to a county.</summary>
public readonly record struct FlowKey(DateOnly Day, string Region, string Institution, string Centre, string District)
    : IComparable<FlowKey>
{
    public int CompareTo(FlowKey other)
    {
        var order = Day.CompareTo(other.Day);
        order = order != 0 ? order : string.CompareOrdinal(Region, other.Region);
        order = order != 0 ? order : string.CompareOrdinal(Institution, other.Institution);
        order = order != 0 ? order : string.CompareOrdinal(Centre, other.Centre);
        return order != 0 ? order : string.CompareOrdinal(District, other.District);
    }
}
