using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>One piece of a prescription, after names are resolved and combined names and compounds taken apart.</summary>
internal struct AuditItem
{
    /// <summary>Index of the line it comes from.</summary>
    public int Line;
    public HerbId Herb;

    /// <summary>Milligrams a day in this line.</summary>
    public long Daily;

    /// <summary>Milligrams on the whole prescription in this line.</summary>
    public long Total;

    /// <summary>First item that shares this one's dose limit (the same piece; for toxic pieces the same base).</summary>
    public int First;

    /// <summary>On the first item: milligrams a day of all items that share its limit.</summary>
    public long GroupDaily;

    public Handling Written;
    public Traits Traits;

    /// <summary>A bare name that a person must still settle: only what holds for every reading is checked.</summary>
    public bool Undecided;

    /// <summary>A member of a compound piece.</summary>
    public bool IsMember;

    /// <summary>Written as a dispensing granule (配方颗粒): grams of granules, boiled by nobody.</summary>
    public bool IsGranule;

    /// <summary>The dose is not surely this piece's alone, so a low dose proves nothing.</summary>
    public bool DoseUncertain;
}
