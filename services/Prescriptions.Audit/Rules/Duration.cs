namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Days of one prescription: seven for outpatients, three in an emergency, longer with a reason. Wards are not limited.</summary>
internal sealed class Duration : IAuditRule
{
    public Traits Concerns => Traits.None;

    public void Apply(AuditContext context)
    {
        ref readonly var request = ref context.Request;
        var (rule, limit) = request.Visit switch
        {
            VisitKind.Outpatient => ("duration.outpatient", context.Policy.OutpatientDays),
            VisitKind.Emergency => ("duration.emergency", context.Policy.EmergencyDays),
            _ => ("", long.MaxValue),
        };
        if (request.Days > limit && !request.DurationReasonGiven)
        {
            context.Report(
                rule,
                [],
                $"处方 {request.Days} 日，超过 {limit} 日而未注明理由。",
                $"{request.Days} days without a reason; the limit is {limit}."
            );
        }
    }
}
