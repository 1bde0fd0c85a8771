using System.Globalization;

namespace TcmBrain.Quality.Supervision.Patterns;

/// <summary>
/// The same patient is given medicine by many institutions at once (同一患者多机构重叠用药): a danger for the patient, and a way of abuse. Who it
/// is nobody here can tell: prescriptions are joined by a keyed pseudonym.
/// </summary>
internal sealed class ManyInstitutions : IPattern
{
    public const string Name = "many-institutions";

    public string Code => Name;

    public IEnumerable<Signal> Find(SupervisedMonth month, Thresholds thresholds)
    {
        var (institutions, overlap) = ((int)thresholds.Of(Name, "min-institutions"), (int)thresholds.Of(Name, "min-overlap-days"));
        foreach (var patient in month.Cases.Where(c => c.Patient.Length > 0).GroupBy(c => c.Patient))
        {
            var cases = patient.OrderBy(c => c.Day).ThenBy(c => c.Id).ToList();
            var places = cases.Select(c => c.Institution).Distinct().Count();
            if (places < institutions)
            {
                continue;
            }

            var overlapping = OverlapDays(cases);
            if (overlapping >= overlap)
            {
                yield return new Signal(
                    Name,
                    "patient",
                    patient.Key,
                    null,
                    PeerGroups.Holding(cases.Select(c => c.Region)),
                    "",
                    "",
                    "",
                    overlapping + places,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"同一患者(假名,不显示)当月在 {places} 家机构取得 {cases.Count} 张处方;有 {overlapping} 天同时在用两家以上机构的药,阈值 {institutions} 家、{overlap} 天。"
                    ),
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"One patient (a pseudonym, not shown) had {cases.Count} prescriptions from {places} institutions in the month; on {overlapping} days medicines of two or more institutions overlap. Thresholds: {institutions} institutions, {overlap} days."
                    ),
                    [
                        new("institutions", "机构数", "institutions", places, institutions, ""),
                        new("overlap", "重叠用药天数", "overlapping days", overlapping, overlap, "days"),
                        new("prescriptions", "处方数", "prescriptions", cases.Count, null, ""),
                    ],
                    [.. cases.Select(c => c.Id)]
                );
            }
        }
    }

    /// <summary>Days on which what two or more institutions prescribed lasts.</summary>
    public static int OverlapDays(IReadOnlyList<Case> cases)
    {
        var takers = new Dictionary<DateOnly, HashSet<string>>();
        foreach (var one in cases)
        {
            for (var day = 0; day < one.Days; day++)
            {
                if (!takers.TryGetValue(one.Day.AddDays(day), out var at))
                {
                    takers[one.Day.AddDays(day)] = at = [];
                }

                at.Add(one.Institution);
            }
        }

        return takers.Values.Count(at => at.Count > 1);
    }
}
