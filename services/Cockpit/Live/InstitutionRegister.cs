using System.Collections.Frozen;
using Dapper;
using Npgsql;

namespace TcmBrain.Cockpit.Live;

/// <summary>An institution's names and place; null where no event has told yet.</summary>
public sealed record InstitutionCard(string Code, string? NameZh, string? NameEn, string? Kind, string? Region, bool Suspended);

/// <summary>The institutions known from events, in memory (机构名录). Refreshed by the tail when an institution's event passes.</summary>
public sealed class InstitutionRegister
{
    private volatile FrozenDictionary<string, InstitutionCard> _cards = FrozenDictionary<string, InstitutionCard>.Empty;

    public InstitutionCard? Find(string code) => _cards.GetValueOrDefault(code);

    /// <summary>Those whose region begins so.</summary>
    public IEnumerable<InstitutionCard> Within(string regionPrefix) =>
        _cards.Values.Where(c => c.Region?.StartsWith(regionPrefix, StringComparison.Ordinal) == true);

    public int Count => _cards.Count;

    internal async Task LoadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var cards = await connection.QueryAsync<InstitutionCard>(
            new CommandDefinition(
                "select code, name_zh as NameZh, name_en as NameEn, kind, region, suspended from cockpit.institutions",
                cancellationToken: cancellationToken
            )
        );
        _cards = cards.ToFrozenDictionary(c => c.Code);
    }
}
