namespace TcmBrain.Knowledge;

/// <summary>
/// A decoction piece (饮片) by its number within one <see cref="Catalogue"/>. Numbers run from 0 and may differ between
/// releases: store names, not numbers.
/// </summary>
public readonly record struct HerbId(ushort Value) : IComparable<HerbId>
{
    public int CompareTo(HerbId other) => Value.CompareTo(other.Value);
}
