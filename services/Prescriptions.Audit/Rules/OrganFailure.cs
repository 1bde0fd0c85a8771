using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Pieces to be careful with in liver or kidney failure.</summary>
internal sealed class OrganFailure : IAuditRule
{
    public Traits Concerns => Traits.WatchedInOrganFailure;

    public void Apply(AuditContext context)
    {
        if ((context.Request.Conditions & (PatientConditions.LiverFailure | PatientConditions.KidneyFailure)) == 0)
        {
            return;
        }
        foreach (ref readonly var item in context.Items)
        {
            if ((context.Catalogue.Lists(item.Herb) & PieceLists.OrganFailure) != 0)
            {
                context.Report(
                    "condition.organ_failure",
                    item,
                    $"{context.NameOf(item)}肝肾功能衰竭者慎用。",
                    $"{context.EnglishNameOf(item)} is used with caution in liver or kidney failure."
                );
            }
        }
    }
}
