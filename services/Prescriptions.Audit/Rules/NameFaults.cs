using System.Collections.Immutable;
using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>Names that are not the standard name of one piece. What is uncertain is asked, never guessed.</summary>
internal sealed class NameFaults : IAuditRule
{
    public Traits Concerns => Traits.NameFault;

    public void Apply(AuditContext context)
    {
        var lines = context.Request.Lines.Span;
        var names = context.Names;
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Kind != NameKind.Piece)
            {
                Check(context, i, in lines[i], names[i]);
            }
        }
    }

    private static void Check(AuditContext context, int index, in AuditLine line, NameResolution name)
    {
        var catalogue = context.Catalogue;
        var raw = (HandlingText.Parse(line.Handling) & Handling.Raw) != 0;
        var written = line.Name;
        // 生川乌 is what Order 23 itself calls it: sending the prescriber to the bare name would lose the 生.
        if (name is { ByAlias: true, RawInWords: false, Kind: NameKind.Alias or NameKind.UnspecifiedProcessing })
        {
            var standard = catalogue[name.Herb].Name;
            context.Report(
                "format.alias",
                [index],
                $"“{written}”不是规范名称，规范名称为{standard}。",
                $"“{written}” is an everyday name; the standard name is {standard}."
            );
        }
        switch (name.Kind)
        {
            case NameKind.Unknown:
                context.Report(
                    "name.unknown",
                    [index],
                    $"目录中没有“{written}”，该味未作其他审核。",
                    $"“{written}” is not in the catalogue; nothing else about it was checked."
                );
                break;
            case NameKind.Ambiguous:
                context.Report(
                    "name.ambiguous",
                    [index],
                    $"“{written}”须由人确认，可选：{Names(name.Choices, "、")}。该味未作其他审核。",
                    $"“{written}” needs a person's choice among {Names(name.Choices, ", ")}; nothing else about it was checked."
                );
                break;
            case NameKind.AmbiguousCombined:
                context.Report(
                    "name.ambiguous",
                    [index],
                    $"并开药名“{written}”的成员须由人确认：{Names(name.Choices, "、")}。该味未作其他审核。",
                    $"The members of the combined name “{written}” need a person's confirmation: {Names(name.Choices, ", ")}; nothing else about it was checked."
                );
                break;
            case NameKind.RawOrProcessed when !raw:
                context.Report(
                    "name.raw_or_processed",
                    [index],
                    $"“{written}”未写明生用或炮制：生品属毒性管理品种（{catalogue[name.Herb].RawEquivalent}），炮制品为{Names(name.Choices, "、")}，须由人确认。",
                    $"“{written}” may mean the controlled raw {catalogue[name.Herb].RawEquivalent} or the processed {Names(name.Choices, ", ")}; a person must choose."
                );
                break;
            case NameKind.UnspecifiedProcessing when !raw:
                Unspecified(context, index, written, name);
                break;
            case NameKind.Granule:
                context.Report(
                    "form.granule",
                    [index],
                    $"“{written}”是{catalogue[name.Herb].Name}的配方颗粒或同名中成药，不能按饮片调配，须改开饮片或另开处方。",
                    $"“{written}” is a dispensing granule of {catalogue[name.Herb].Name} or a proprietary medicine; it is not dispensed as a piece: write the piece, or a prescription of its own."
                );
                break;
            case NameKind.Combined:
                context.Report(
                    "format.combined_name",
                    [index],
                    $"“{written}”是并开药名，应分别写明{Names(name.Choices, "、")}。",
                    $"“{written}” is a combined name; write {Names(name.Choices, ", ")} each by itself."
                );
                if (!line.DoseForEach)
                {
                    context.Report(
                        "name.combined_dose",
                        [index],
                        $"“{written}” {Grams.Of(line.Milligrams)} 未写「各」，可为总量，也可为每味用量，须由人确认；暂按每味审核上限。",
                        $"{Grams.Of(line.Milligrams)} of “{written}” may be the total or the dose of each member; a person must say. Upper limits were checked as if for each."
                    );
                }
                break;
        }

        string Names(ImmutableArray<HerbId> ids, string separator) => string.Join(separator, ids.Select(x => catalogue[x].Name));
    }

    private static void Unspecified(AuditContext context, int index, string written, NameResolution name)
    {
        var catalogue = context.Catalogue;
        if (context.Tables.CustomsOf(in context.Request).For(name.Herb) is { } piece)
        {
            context.Report(
                "name.processing_by_custom",
                [index],
                $"“{written}”未写炮制，按处方应付付{catalogue[piece].Name}。",
                $"“{written}” leaves the processing open; by custom {catalogue[piece].Name} is dispensed."
            );
        }
        else
        {
            var choices = string.Join('、', name.Choices.Select(x => catalogue[x].Name));
            context.Report(
                "name.processing_unspecified",
                [index],
                $"“{written}”未写炮制，本机构无处方应付规定，可选：{choices}。",
                $"“{written}” leaves the processing open and the institution has no custom for it; choose among {choices}."
            );
        }
    }
}
