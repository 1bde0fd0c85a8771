using System.Text;

namespace TcmBrain.Architecture.Tests.Documents;

/// <summary>The contract that vendors integrate with, field by field, from the .proto file and its comments.</summary>
internal static class ContractDocument
{
    public const string Source = "prescriptions.proto";

    public static string Render()
    {
        var blocks = ProtoSource.Read(Source);
        var linked = blocks.Select(b => b.Name).ToHashSet(StringComparer.Ordinal);
        var page = new StringBuilder(
            $"""
            # The prescription contract / 处方接口契约

            Generated from [{Source}](../../contracts/TcmBrain.Contracts/Protos/{Source}) by a test; do not edit. Texts are UTF-8, weights are whole
            milligrams, money is whole fen, times are UTC instants. What a field may hold is checked: [error catalogue](../errors/prescriptions.md).


            """.ReplaceLineEndings("\n")
        );
        foreach (var block in blocks.Where(b => b.Kind == ProtoKind.Service))
        {
            Head(block);
            page.Append("| call | takes | answers | |\n|---|---|---|---|\n");
            foreach (var call in block.Members)
            {
                page.Append($"| `{call.Name}` | {TypeOf(call.Type)} | {TypeOf(call.Number)} | {Cell(call.Comment)} |\n");
            }

            page.Append('\n');
        }

        page.Append("## Messages\n\n");
        foreach (var block in blocks.Where(b => b.Kind == ProtoKind.Message))
        {
            Head(block, "###");
            if (block.Members.Count == 0)
            {
                page.Append("No fields.\n\n");
                continue;
            }

            page.Append("| # | field | type | |\n|---|---|---|---|\n");
            foreach (var field in block.Members)
            {
                page.Append($"| {field.Number} | `{field.Name}` | {TypeOf(field.Type)} | {Cell(field.Comment)} |\n");
            }

            page.Append('\n');
        }

        page.Append("## Enumerations\n\n");
        foreach (var block in blocks.Where(b => b.Kind == ProtoKind.Enum))
        {
            Head(block, "###");
            page.Append("| value | name | |\n|---|---|---|\n");
            foreach (var value in block.Members)
            {
                page.Append($"| {value.Number} | `{value.Name}` | {Cell(value.Comment)} |\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n') + "\n";

        void Head(ProtoBlock block, string level = "##")
        {
            page.Append($"{level} {block.Name}\n\n");
            if (block.Comment.Length > 0)
            {
                page.Append(block.Comment).Append("\n\n");
            }
        }

        string TypeOf(string type)
        {
            var words = type.Split(' ');
            return string.Join(' ', words.Select(w => linked.Contains(w) ? $"[{w}](#{w.ToLowerInvariant()})" : w));
        }

        static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
    }
}
