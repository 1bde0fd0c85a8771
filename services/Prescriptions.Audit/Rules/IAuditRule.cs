namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>A rule of the audit: looks at the prepared prescription and reports what it finds.</summary>
internal interface IAuditRule
{
    /// <summary>The rule is asked only when the prescription has one of these; none means always.</summary>
    Traits Concerns { get; }

    void Apply(AuditContext context);
}
