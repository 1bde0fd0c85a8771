using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Cockpit.Folding;

/// <summary>What events tell of an institution: its entry, its suspension, or both; a version of 0 says that half was not told.</summary>
internal sealed record InstitutionEntry(string Code)
{
    public string? NameZh { get; init; }
    public string? NameEn { get; init; }
    public string? Kind { get; init; }
    public string? Region { get; init; }
    public int EntryVersion { get; init; }
    public bool Suspended { get; init; }
    public int StatusVersion { get; init; }

    /// <summary>True for what the registers keep.</summary>
    public static bool IsOf(Event e) =>
        e
            is InstitutionEntryEvent
                or InstitutionSuspended
                or InstitutionReinstated
                or PractitionerEntryEvent
                or PractitionerSuspended
                or PractitionerReinstated
                or RegionChanged;

    /// <summary>One entry an institution, with the newest telling of each half.</summary>
    public static IReadOnlyCollection<InstitutionEntry> Of(IEnumerable<TakenEvent> events)
    {
        var entries = new Dictionary<string, InstitutionEntry>();
        foreach (var e in events.Select(taken => taken.Event))
        {
            if (e is InstitutionEntryEvent r && Get(r.Code) is var entry && entry.EntryVersion < r.Version)
            {
                entries[r.Code] = entry with
                {
                    NameZh = r.NameZh,
                    NameEn = r.NameEn,
                    Kind = r.Kind,
                    Region = r.RegionCode,
                    EntryVersion = r.Version,
                };
            }
            else if (e is InstitutionSuspended s && Get(s.Code) is var suspended && suspended.StatusVersion < s.Version)
            {
                entries[s.Code] = suspended with { Suspended = true, StatusVersion = s.Version };
            }
            else if (e is InstitutionReinstated b && Get(b.Code) is var back && back.StatusVersion < b.Version)
            {
                entries[b.Code] = back with { Suspended = false, StatusVersion = b.Version };
            }
        }

        return entries.Values;

        InstitutionEntry Get(string code) => entries.GetValueOrDefault(code) ?? new InstitutionEntry(code);
    }
}
