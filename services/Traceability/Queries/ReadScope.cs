using System.Security.Claims;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Traceability.Queries;

/// <summary>
/// What a caller may see of the trace: an institution its own prescriptions, a centre what it handled, a capturing party what it
/// captured, a regulator its region, the operator all; and of a lot whoever has a visible prescription made from it.
/// </summary>
/// <param name="Institution">As <see cref="Party"/>.</param>
/// <param name="RegionPattern">LIKE pattern of a regulator's region; null for others.</param>
public sealed record ReadScope(bool Everything, string Institution, string? RegionPattern)
{
    /// <summary>SQL over event <c>e</c> and the parameters $1 to $3 of <see cref="Parameters"/>.</summary>
    public const string Owned =
        "($1 or e.institution_code = $2 or e.centre_code = $2 or e.captured_by = $2 and e.captured_by <> 'platform' or e.region_code like $3)";

    /// <summary>Like <see cref="Owned"/>, and what a visible prescription was made from.</summary>
    public const string Visible = $"""
        ({Owned} or e.prescription_id is null and exists (
            select 1 from traceability.event_item thing
            join traceability.event_item used on traceability.same_thing(used.item, thing.item) and used.role = 'input'
            join traceability.event by on by.leaf_index = used.leaf_index
            where thing.leaf_index = e.leaf_index
              and by.prescription_id is not null
              and (by.institution_code = $2 or by.centre_code = $2 or by.region_code like $3)))
        """;

    public static ReadScope Of(ClaimsPrincipal caller) =>
        new(
            caller.HasRole(Roles.Operator),
            Party(caller),
            caller.HasRole(Roles.Regulator) && caller.RegionPrefix() is { } prefix ? prefix + "%" : null
        );

    /// <summary>Under what name a caller captures and keeps queries: its institution's code, or <c>client:</c> and its own id when it has none.</summary>
    public static string Party(ClaimsPrincipal caller) =>
        caller.InstitutionCode() is { Length: > 0 } institution ? institution : "client:" + caller.Subject();

    public NpgsqlParameter[] Parameters() =>
        [
            new() { Value = Everything },
            new() { Value = Institution },
            new() { Value = (object?)RegionPattern ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        ];
}
