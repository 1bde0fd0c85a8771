using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Reading;

/// <summary>Reads flows from PostgreSQL.</summary>
internal sealed class FlowStore(NpgsqlDataSource database, InstitutionRegister register)
{
    public const int Longest = 200;

    /// <summary>A day's rows of a region's subtree, an institution or a centre: a range of the primary key.</summary>
    public async Task<FlowsView> ReadAsync(Scope scope, DateOnly day, CancellationToken cancellationToken)
    {
        const string sql = """
            select region, institution, centre, district, count from cockpit.flows
            where day = @day and count > 0
              and (@prefix is null or region like @prefix)
              and (@institution is null or institution = @institution)
              and (@centre is null or centre = @centre)
            """;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (
            await connection.QueryAsync<(string Region, string Institution, string Centre, string District, long Count)>(
                new CommandDefinition(
                    sql,
                    new
                    {
                        day,
                        prefix = Prefix(scope),
                        institution = scope.Kind == Scope.InstitutionKind ? scope.Code : null,
                        centre = scope.Kind == Scope.CentreKind ? scope.Code : null,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
        return new(
            day,
            [
                .. rows.GroupBy(r => (r.Institution, r.Centre))
                    .Select(g => new FlowLink(Named(g.Key.Institution), Named(g.Key.Centre), g.Sum(r => r.Count)))
                    .OrderByDescending(l => l.Count)
                    .ThenBy(l => (l.From.Code, l.To.Code))
                    .Take(Longest),
            ],
            [
                .. rows.GroupBy(r => (r.Centre, r.District))
                    .Select(g => new DistrictLink(Named(g.Key.Centre), g.Key.District, g.Sum(r => r.Count)))
                    .OrderByDescending(l => l.Count)
                    .ThenBy(l => (l.From.Code, l.To))
                    .Take(Longest),
            ],
            [
                .. rows.Select(r => new FlowPath(Named(r.Institution), r.Region, Named(r.Centre), r.District, r.Count))
                    .OrderByDescending(p => p.Count)
                    .ThenBy(p => (p.Institution.Code, p.Centre.Code, p.District))
                    .Take(Longest),
            ]
        );
    }

    /// <summary>What the codes of a region's subtree begin with; null for what is not one.</summary>
    internal static string? Prefix(Scope scope) =>
        scope.Kind != Scope.RegionKind || scope == Scope.Everywhere ? null : RegionCode.SubtreePrefix(scope.Code) + "%";

    private Place Named(string code) => Place.Of(code, register)!;
}
