using System.Text.Json;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.AuditAdvice;
using TcmBrain.Prescriptions.InstitutionPolicies;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.Prescriptions.Releases;
using TcmBrain.ServiceDefaults.Faults;
using Prescriber = TcmBrain.Contracts.Prescriptions.V1.Prescriber;

namespace TcmBrain.Prescriptions.CdsHooks;

/// <summary>A card with what is kept of it.</summary>
internal sealed record IssuedCard(CdsCard Card, string RuleId, Severity Severity);

/// <summary>
/// The audit as advice while an order is written (HL7 CDS Hooks 2.0). It answers with the audit's findings as cards; it decides nothing, stores no
/// patient and asks no FHIR server.
/// </summary>
internal sealed class CdsServices(
    CurrentRelease current,
    InstitutionPolicyBook policies,
    Register register,
    IConfiguration configuration,
    TimeProvider time
)
{
    public const string OrderSign = "tcm-order-sign";
    public const string OrderSelect = "tcm-order-select";
    private const string Systems = "https://tcmbrain.example/fhir/CodeSystem/";
    private const int MostSummary = 139;

    private static readonly Dictionary<string, string> Prefetch = new()
    {
        ["patient"] = "Patient/{{context.patientId}}",
        ["allergies"] = "AllergyIntolerance?patient={{context.patientId}}&clinical-status=active",
        ["conditions"] = "Condition?patient={{context.patientId}}&clinical-status=active",
        ["pregnancy"] = "Observation?patient={{context.patientId}}&code=http://loinc.org|82810-3&_sort=-date&_count=1",
        ["lactation"] = "Observation?patient={{context.patientId}}&code=http://loinc.org|63895-7&_sort=-date&_count=1",
        ["weight"] = "Observation?patient={{context.patientId}}&code=http://loinc.org|29463-7&_sort=-date&_count=1",
    };

    public static CdsDiscovery Discovery { get; } =
        new([
            new(
                "order-sign",
                OrderSign,
                "中药饮片处方审核 Audit of Chinese medicine prescriptions",
                "签署前按有出处的规则审核饮片处方:十八反、十九畏、妊娠哺乳、剂量、毒性、特殊煎法等。 Audits draft orders of decoction pieces with cited rules before they are signed.",
                Prefetch,
                "每味饮片一个 MedicationRequest。 One MedicationRequest a piece; see docs/audit.md."
            ),
            new(
                "order-select",
                OrderSelect,
                "中药饮片选药提示 Advice on selected pieces",
                "选药时只提示与所选饮片有关的问题。 Advice about the selected pieces only.",
                Prefetch,
                "每味饮片一个 MedicationRequest。 One MedicationRequest a piece; see docs/audit.md."
            ),
        ]);

    private static readonly CdsCoding[] Reasons =
    [
        new("confirmed", Systems + "override-reason", "已知晓,按双签字规定再次签字确认"),
        new("classic-formula", Systems + "override-reason", "经典方有意配伍"),
        new("tolerated", Systems + "override-reason", "患者既往使用耐受"),
        new("consultation", Systems + "override-reason", "会诊意见"),
        new("not-applicable", Systems + "override-reason", "与本例情况不符"),
    ];

    /// <exception cref="FaultException">The service does not exist, the hook is another's, or the content is not what is asked for.</exception>
    public (string Release, Guid HookInstance, List<IssuedCard> Cards) Answer(string service, string institutionCode, JsonElement body)
    {
        var told = Discovery.Services.FirstOrDefault(x => x.Id == service) ?? throw PrescriptionsFaults.CdsServiceNotFound.Exception("id");
        var context = body.At("context");
        var faults = new FaultList()
            .Require(body.At("hook").Text() == told.Hook, PrescriptionsFaults.WrongHook, "hook", told.Hook)
            .Require(
                Guid.TryParse(body.At("hookInstance").Text(), out var instance),
                PrescriptionsFaults.NotFhir,
                "hookInstance",
                "应为 UUID",
                "a UUID"
            )
            .Require(context.At("userId").Text() is { Length: > 0 }, PrescriptionsFaults.Missing, "context.userId")
            .Require(context.At("patientId").Text() is { Length: > 0 }, PrescriptionsFaults.Missing, "context.patientId");
        var selected = context.At("selections").Items().Select(x => x.Text()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (told.Id == OrderSelect)
        {
            faults.Require(selected.Count > 0, PrescriptionsFaults.Missing, "context.selections");
        }

        faults.ThrowIfAny();
        var orders = FhirOrders.Of(context.At("draftOrders"));
        var release = current.Value;
        var request = RequestOf(orders, FhirPatient.Of(body.At("prefetch"), time.GetUtcNow()), context.At("userId").Text()!) with
        {
            Institution = policies.Of(institutionCode),
        };
        var cards = new List<IssuedCard>();
        foreach (var finding in release.Auditor.Audit(in request).Findings)
        {
            if (told.Id == OrderSign || finding.Lines.Any(x => selected.Contains(orders.Ids[x])))
            {
                cards.Add(new(CardOf(finding, release.Policy[finding.RuleId]), finding.RuleId, finding.Severity));
            }
        }

        return (release.Name, instance, cards);
    }

    private AuditRequest RequestOf(FhirOrders orders, FhirPatient patient, string userId) =>
        new()
        {
            Sex = patient.Sex,
            Age = patient.Age,
            Pregnant = patient.Pregnant,
            BreastFeeding = patient.Lactating,
            WeightGrams = patient.WeightGrams,
            Allergies = patient.Allergies,
            Conditions = patient.Conditions,
            Doses = orders.Doses,
            DosesPerDay = orders.DosesPerDay,
            Days = orders.Days,
            Route = orders.Route,
            DiagnosisCode = orders.Disease,
            SyndromeCode = orders.Syndrome,
            // The register's word only: a hook can claim no authority.
            Authority = register.AuthorityOf(new Prescriber { PractitionerCode = userId[(userId.LastIndexOf('/') + 1)..] }),
            Lines = orders.Lines,
        };

    private CdsCard CardOf(Finding finding, RuleRow rule) =>
        new(
            Guid.CreateVersion7(time.GetUtcNow()),
            finding.Zh.Length <= MostSummary ? finding.Zh : finding.Zh[..(MostSummary - 1)] + "…",
            $"{finding.Zh}\n\n{finding.En}\n\n*{finding.RuleId} v{finding.Version} · {SeverityWords.Of(finding.Severity)} · {finding.Edition} · {finding.EvidenceMark.Text()}*",
            finding.Severity switch
            {
                Severity.Block or Severity.Refuse => "critical",
                Severity.DoubleSign or Severity.Resolve => "warning",
                _ => "info",
            },
            new(finding.Source, new(finding.RuleId, Systems + "audit-rule", rule.TitleZh)),
            // What blocks has no override: only another prescription.
            finding.Severity
                is Severity.DoubleSign
                    or Severity.Advise
                ? Reasons
                : null,
            // Absolute or not at all: what a client's header says of our address is not believed.
            configuration["CdsHooks:PublicUrl"] is { Length: > 0 } site
                ? [new("规则与出处 The rule and its source", $"{site.TrimEnd('/')}/audit/rules/{finding.RuleId}", "absolute")]
                : null
        );
}
