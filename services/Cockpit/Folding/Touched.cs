using System.Globalization;

namespace TcmBrain.Cockpit.Folding;

/// <summary>An hour of a scope whose numbers have changed.</summary>
public readonly record struct DirtyHour(Scope Scope, DateOnly Day, short Hour)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scope.Kind}:{Scope.Code}:{Day:yyyyMMdd}:{Hour}");

    public static DirtyHour Parse(string text)
    {
        var parts = text.Split(':');
        return new(
            new(parts[0][0], parts[1]),
            DateOnly.ParseExact(parts[2], "yyyyMMdd", CultureInfo.InvariantCulture),
            short.Parse(parts[3], CultureInfo.InvariantCulture)
        );
    }
}

/// <summary>What a fold changes beyond the hours of its own events: a late one changes the hour in which its prescription arrived.</summary>
internal static class Touched
{
    /// <returns>null when there is nothing, as nearly always</returns>
    public static string[]? Beyond(IReadOnlyList<Fact> facts, Tally tally, Contributions contributions)
    {
        var own = tally.Counters.Keys.Select(k => new DirtyHour(k.Scope, k.Day, k.Hour)).ToHashSet();
        var scopes = own.Select(h => h.Scope).ToHashSet();
        var beyond = contributions
            .Counters.Keys.Select(k => new DirtyHour(k.Scope, k.Day, k.Hour))
            .Concat(contributions.Sketches.Keys.Select(k => new DirtyHour(k.Scope, k.Day, k.Hour)))
            .Where(h => !own.Contains(h))
            .ToHashSet();
        // A scope that only its standing or its flows have changed in: the hour is as good as any.
        var (day, hour) = RegionHour.Of(facts[^1].OccurredAt);
        beyond.UnionWith(
            contributions
                .Standing.Keys.Select(k => k.Scope)
                .Concat(contributions.Flows.Keys.SelectMany(k => Tally.ScopesOf(k.Region, k.Institution, k.Centre)))
                .Where(scope => !scopes.Contains(scope))
                .Select(scope => new DirtyHour(scope, day, hour))
        );
        return beyond.Count == 0 ? null : [.. beyond.Select(h => h.ToString())];
    }
}
