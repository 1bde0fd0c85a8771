using System.Collections.Immutable;
using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>A piece to which the record states an allergy, in any processed form.</summary>
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
                    Check(context, name, [allergy.Herb, .. allergy.Choices]);
                    break;
                default:
                    Check(context, name, allergy.Choices);
                    break;
            }
        }
    }

    private static void Check(AuditContext context, string name, ImmutableArray<HerbId> pieces)
    {
        var catalogue = context.Catalogue;
        foreach (ref readonly var item in context.Items)
        {
            var material = catalogue.Material(item.Herb);
            if (pieces.Any(x => catalogue.Material(x) == material))
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
