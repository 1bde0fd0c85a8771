using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>A piece to which the record states an allergy, in any of its processed forms.</summary>
internal sealed class Allergies : IAuditRule
{
    public Traits Concerns => Traits.None;

    public void Apply(AuditContext context)
    {
        foreach (var name in context.Request.Allergies.Span)
        {
            var allergy = context.Catalogue.Resolve(name);
            switch (allergy.Kind)
            {
                case NameKind.Unknown:
                    break;
                case NameKind.Piece or NameKind.Alias or NameKind.RawOrProcessed or NameKind.UnspecifiedProcessing:
                    Check(context, name, allergy.Herb);
                    foreach (var form in allergy.Choices)
                    {
                        CheckOther(context, name, form, allergy.Herb);
                    }
                    break;
                default:
                    foreach (var choice in allergy.Choices)
                    {
                        Check(context, name, choice);
                    }
                    break;
            }
        }
    }

    private static void CheckOther(AuditContext context, string name, HerbId form, HerbId told)
    {
        if (context.Catalogue[form].Base != context.Catalogue[told].Base)
        {
            Check(context, name, form);
        }
    }

    private static void Check(AuditContext context, string name, HerbId herb)
    {
        var origin = context.Catalogue[herb].Base;
        foreach (ref readonly var item in context.Items)
        {
            if (context.Herb(item).Base == origin)
            {
                context.Report(
                    "allergy.piece",
                    item,
                    $"患者对{name}有过敏记录，处方含{context.NameOf(item)}。",
                    $"The record states an allergy to {name}; the prescription has {context.EnglishNameOf(item)}."
                );
            }
        }
    }
}
