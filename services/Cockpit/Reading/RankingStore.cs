using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Reading;

/// <summary>Reads rankings from PostgreSQL, where they are true.</summary>
internal sealed class RankingStore(NpgsqlDataSource database, InstitutionRegister register)
{
    /// <summary>A day's rows of a region's subtree or an institution: one range of the primary key a list.</summary>
    public async Task<RankingsView> ReadAsync(Scope scope, DateOnly day, CancellationToken cancellationToken)
    {
        const string sql = """
            select list, topic, count, amount from (
                select list, topic, sum(count)::bigint as count, sum(amount)::bigint as amount,
                       row_number() over (partition by list order by sum(count) desc, sum(amount) desc, topic collate "C") as place
                from cockpit.rankings
                where list in ('herb', 'syndrome', 'formula', 'department', 'institution', 'centre') and day = @day
                  and (@prefix is null or region like @prefix) and (@institution is null or institution = @institution)
                group by list, topic) ranked
            where place <= @Longest
            order by list, place
            """;
        var prefix = scope.Kind != Scope.RegionKind || scope == Scope.Everywhere ? null : RegionCode.SubtreePrefix(scope.Code) + "%";
        var institution = scope.Kind == Scope.RegionKind ? null : scope.Code;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (
            await connection.QueryAsync<(string List, string Topic, long Count, long Amount)>(
                new CommandDefinition(
                    sql,
                    new
                    {
                        day,
                        prefix,
                        institution,
                        TopLists.Longest,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
        return View(day, rows.ToLookup(r => r.List, r => new Ranked(r.Topic, r.Count, r.Amount)));
    }

    /// <summary>The lists as they are shown, with the names of places.</summary>
    internal RankingsView View(DateOnly day, ILookup<string, Ranked> lists)
    {
        return new(
            day,
            [.. lists[RankingLists.Herbs].Select(r => new HerbRank(r.Topic, r.Count, r.Amount))],
            [.. lists[RankingLists.Syndromes].Select(r => new SyndromeRank(r.Topic, r.Count, r.Amount))],
            Places(RankingLists.Institutions),
            [.. lists[RankingLists.Formulas].Select(r => new FormulaRank(r.Topic, r.Count))],
            [.. lists[RankingLists.Departments].Select(r => new DepartmentRank(r.Topic, r.Count, r.Amount))],
            Places(RankingLists.Centres)
        );

        IReadOnlyList<InstitutionRank> Places(string list) =>
            [.. lists[list].Select(r => new InstitutionRank(Place.Of(r.Topic, register)!, r.Count, r.Amount))];
    }
}
