using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Reading;

/// <summary>Reads rankings from PostgreSQL.</summary>
internal sealed class RankingStore(NpgsqlDataSource database, InstitutionRegister register)
{
    public const int Longest = 50;

    /// <summary>A day's rows of a region's subtree or an institution: one range of the primary key a list.</summary>
    public async Task<RankingsView> ReadAsync(Scope scope, DateOnly day, CancellationToken cancellationToken)
    {
        const string sql = """
            select list, topic, count, amount from (
                select list, topic, sum(count)::bigint as count, sum(amount)::bigint as amount,
                       row_number() over (partition by list order by sum(count) desc, sum(amount) desc, topic) as place
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
                        Longest,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
        return new(
            day,
            [.. rows.Where(r => r.List == RankingLists.Herbs).Select(r => new HerbRank(r.Topic, r.Count, r.Amount))],
            [.. rows.Where(r => r.List == RankingLists.Syndromes).Select(r => new SyndromeRank(r.Topic, r.Count, r.Amount))],
            [
                .. rows.Where(r => r.List == RankingLists.Institutions)
                    .Select(r => new InstitutionRank(Place.Of(r.Topic, register)!, r.Count, r.Amount)),
            ],
            [.. rows.Where(r => r.List == RankingLists.Formulas).Select(r => new FormulaRank(r.Topic, r.Count))],
            [.. rows.Where(r => r.List == RankingLists.Departments).Select(r => new DepartmentRank(r.Topic, r.Count, r.Amount))],
            [
                .. rows.Where(r => r.List == RankingLists.Centres)
                    .Select(r => new InstitutionRank(Place.Of(r.Topic, register)!, r.Count, r.Amount)),
            ]
        );
    }
}
