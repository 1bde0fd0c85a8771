using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Nonconformities;

internal static class NonconformityEndpoints
{
    private sealed record NonconformityItem(
        Guid NonconformityId,
        Guid PrescriptionId,
        string CentreCode,
        string Step,
        string RuleId,
        string TextZh,
        string TextEn,
        DateTimeOffset DetectedAt,
        string State
    );

    public static void MapNonconformities(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/quality/nonconformities", ListAsync).RequireRole(Roles.Quality, Roles.Decoction, Roles.Regulator, Roles.Operator);

    /// <summary>Those of the caller's own centre and of the regions it looks after, detected first in front.</summary>
    private static async Task<IResult> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (state is not (null or "open" or "closed"))
        {
            throw QualityFaults.UnknownState.Exception("state", state);
        }

        var page = Page.Of(next, limit, QualityFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select nonconformity_id, prescription_id, centre_code, step, rule_id, text_zh, text_en, detected_at, state
            from quality.nonconformity
            where (@state is null or state = @state) and (detected_at, nonconformity_id) > (@after_time, @after_id) and {Sight.Centre}
            order by detected_at, nonconformity_id limit @limit
            """
        );
        Sight.Of(caller, supervision.Value).Guard(command);
        page.Bind(command);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        var items = new List<NonconformityItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(
                new NonconformityItem(
                    reader.GetGuid(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetString(6),
                    reader.GetFieldValue<DateTimeOffset>(7),
                    reader.GetString(8)
                )
            );
        }

        return TypedResults.Ok(new { items, next = page.Next(items.Count, () => (items[^1].DetectedAt, items[^1].NonconformityId)) });
    }
}
