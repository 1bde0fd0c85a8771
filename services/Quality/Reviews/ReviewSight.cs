using System.Security.Claims;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Reviews;

/// <summary>
/// Which reviews somebody may see (可见范围). Reviewers and regulators: those of the regions they look after, never of their own institution.
/// The institution: its own, once there is something to say to it; a prescriber among them those with its own name.
/// </summary>
internal readonly record struct ReviewSight(Sight Sight, Person Person, bool Own, bool OwnAll)
{
    /// <summary>Over <c>quality.review v</c>.</summary>
    public const string Where = """
        ((@own and v.institution_code = @institution and v.stage <> 'first' and (@own_all or v.prescriber_name = @name))
         or (v.institution_code <> @institution
             and (@everything or exists (
                select from unnest(@regions) as region (prefix) where starts_with(v.region_code, region.prefix)))))
        """;

    /// <summary>
    /// No conflict of interest (回避), over <c>quality.review v</c> and <c>quality.prescription p</c>: not of the own institution or centre, not
    /// one's own prescription, not one that the reviewer approved, dispensed or checked, nothing that it asked to be kept away from, and
    /// nothing that it has judged before. Names are compared because prescriptions carry names: a namesake is kept away too.
    /// </summary>
    public const string Unbiased = """
        (v.institution_code <> @institution and p.centre_code is distinct from @institution
         and v.prescriber_name <> @name and p.approved_by is distinct from @name
         and p.dispenser is distinct from @name and p.checker is distinct from @name
         and not exists (
            select from quality.review_recusal c where c.subject = @subject
              and (c.prescription_id = v.prescription_id
                   or c.institution_code = v.institution_code and coalesce(c.prescriber_code, v.prescriber_code) = v.prescriber_code))
         and not exists (select from quality.review_verdict g where g.prescription_id = v.prescription_id and g.reviewer = @subject))
        """;

    public static ReviewSight Of(ClaimsPrincipal caller, SupervisionSettings settings)
    {
        var all = caller.HasAnyRole(Roles.Pharmacist, Roles.Admin);
        return new(Sight.Of(caller, settings), Person.Of(caller), all || caller.HasRole(Roles.Prescriber), all);
    }

    public void Guard(NpgsqlCommand command)
    {
        Sight.Guard(command);
        command.Parameters.AddWithValue("own", Own);
        command.Parameters.AddWithValue("own_all", OwnAll);
        command.Parameters.AddWithValue("name", Person.Name);
        command.Parameters.AddWithValue("subject", Person.Subject);
    }
}
