using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Consortia;

/// <summary>What a consortium must satisfy before anything is stored.</summary>
internal static class ConsortiumRules
{
    public const int MostMembers = 500;

    public static readonly IReadOnlySet<string> Kinds = new HashSet<string>(StringComparer.Ordinal)
    {
        "medical-alliance",
        "county-community",
        "specialist-alliance",
    };

    /// <param name="institutions">those of the request that exist within the actor's reach, by their codes</param>
    /// <param name="above">members that lead the leader already</param>
    public static FaultList Check(
        ConsortiumRequest asked,
        bool regionKnown,
        IReadOnlyDictionary<string, ConsortiumMember> institutions,
        IReadOnlySet<string> above
    )
    {
        var members = asked.MemberCodes ?? [];
        var faults = new FaultList()
            .Require(IsCode(asked.Code), InstitutionsFaults.WrongConsortiumCode, "code")
            .RequireText(asked.NameZh, "nameZh", TextRules.LongestName)
            .RequireText(asked.NameEn, "nameEn", TextRules.LongestName)
            .Require(asked.Kind is not null && Kinds.Contains(asked.Kind), InstitutionsFaults.UnknownConsortiumKind, "kind")
            .Require(regionKnown, InstitutionsFaults.UnknownRegion, "regionCode")
            .Require(
                asked.LeaderCode is not null && institutions.ContainsKey(asked.LeaderCode),
                InstitutionsFaults.UnknownInstitution,
                "leaderCode"
            )
            .Require(members.Count <= MostMembers, InstitutionsFaults.TooMany, "memberCodes", MostMembers);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, member) in members.Take(MostMembers).Index())
        {
            var at = $"memberCodes[{i}]";
            if (member is null || !institutions.ContainsKey(member))
            {
                faults.Add(InstitutionsFaults.UnknownInstitution, at);
            }
            else if (member == asked.LeaderCode || above.Contains(member))
            {
                faults.Add(InstitutionsFaults.ConsortiumCycle, at);
            }
            else
            {
                faults.Require(seen.Add(member), InstitutionsFaults.Doubled, at);
            }
        }

        return faults;
    }

    public static bool IsCode(string? code) =>
        code is { Length: >= 4 and <= 32 } && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-');
}
