using System.Security.Claims;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Traceability.Queries;

namespace TcmBrain.Traceability.Access;

/// <summary>
/// Who looks at the trace, and so what of it there is for them: an operator everything; a regulator its region's prescriptions and every
/// lot on the way; an institution or centre its own; a capturing party what it captured; a patient one prescription, by the code on the bag.
/// Beyond its own everybody sees where its own comes from, and nothing of where else that went.
/// </summary>
/// <param name="Patient">The one prescription of whoever holds the code; null for others.</param>
public sealed record Viewer(ReadScope Scope, Guid? Patient = null)
{
    /// <summary>SQL: event <c>e</c> is the viewer's own. Over the parameters $1 to $4 of <see cref="Parameters"/>.</summary>
    public const string Own = $"({ReadScope.Owned} or e.prescription_id = $4)";

    public bool Everything => Scope.Everything;

    /// <summary>Oversees a region: lots cross regions, so their way is open; prescriptions only the region's.</summary>
    public bool Supervises => Scope.RegionPattern is not null;

    /// <summary>As whom events are captured; empty when the viewer captures none.</summary>
    public string Party => Scope.Institution;

    public static Viewer Of(ClaimsPrincipal caller) => new(ReadScope.Of(caller));

    public static Viewer OfPatient(Guid prescriptionId) => new(new ReadScope(false, "", null), prescriptionId);

    public NpgsqlParameter[] Parameters() =>
        [.. Scope.Parameters(), new() { Value = (object?)Patient ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }];
}
