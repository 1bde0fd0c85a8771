using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Access;

/// <param name="Gln">Party number (GLN, 13 digits), as events name parties.</param>
/// <param name="InstitutionCode">统一社会信用代码 of whose number it is.</param>
public sealed record Party(string Gln, string InstitutionCode);

public sealed record PartyList(IReadOnlyList<Party> Items);

/// <summary>Whose party numbers are whose: what "sent to" in an event means. Entered before the party is sent anything.</summary>
internal static class PartyEndpoints
{
    internal sealed record PartyRequest(string? InstitutionCode);

    public static void MapParties(this IEndpointRouteBuilder app)
    {
        var parties = app.MapGroup("/api/traceability/parties").RequireRole(Roles.Operator);
        parties.MapGet("", ListAsync).WithName("ListParties");
        parties.MapPut("/{gln}", EnterAsync).WithName("EnterParty");
    }

    private static async Task<Ok<PartyList>> ListAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select gln, institution_code from traceability.party order by gln");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var parties = new List<Party>();
        while (await reader.ReadAsync(cancellationToken))
        {
            parties.Add(new Party(reader.GetString(0), reader.GetString(1)));
        }

        return TypedResults.Ok(new PartyList(parties));
    }

    /// <summary>Told again with the same institution it changes nothing; a number that is another's is refused.</summary>
    private static async Task<Ok<Party>> EnterAsync(
        string gln,
        PartyRequest request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var faults = new FaultList();
        faults.Require(Gs1.IsValid(gln, 13), TraceabilityFaults.BadParty, "gln");
        faults.Require(Contracts.InstitutionCode.IsValid(request.InstitutionCode), TraceabilityFaults.BadParty, "institutionCode");
        faults.ThrowIfAny();
        await using var command = database.CreateCommand(
            """
            insert into traceability.party as p (gln, institution_code, registered_by, registered_at) values ($1, $2, $3, $4)
            on conflict (gln) do update set institution_code = p.institution_code returning institution_code
            """
        );
        foreach (var value in (object[])[gln, request.InstitutionCode!, caller.Subject(), time.GetUtcNow()])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (string)(await command.ExecuteScalarAsync(cancellationToken))! == request.InstitutionCode
            ? TypedResults.Ok(new Party(gln, request.InstitutionCode!))
            : throw TraceabilityFaults.PartyTaken.Exception("gln");
    }
}
