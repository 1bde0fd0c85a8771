using System.Text.RegularExpressions;
using TcmBrain.Testing;

namespace TcmBrain.Architecture.Tests.Documents;

internal enum ProtoKind
{
    Service,
    Message,
    Enum,
}

/// <summary>A call, a field or a value, with the comment above it.</summary>
internal sealed record ProtoMember(string Name, string Type, string Number, string Comment);

internal sealed record ProtoBlock(ProtoKind Kind, string Name, string Comment, IReadOnlyList<ProtoMember> Members);

/// <summary>
/// A .proto file as it is written, comments and all, which compiled descriptors do not keep. Reads what our contracts use: services,
/// messages, enums and oneof, one declaration a line.
/// </summary>
internal static partial class ProtoSource
{
    public static IReadOnlyList<ProtoBlock> Read(string name)
    {
        var blocks = new List<ProtoBlock>();
        var comment = new List<string>();
        (ProtoKind Kind, string Name, string Comment, List<ProtoMember> Members)? open = null;
        var oneof = "";
        foreach (
            var line in File.ReadLines(RepositoryRoot.Combine("contracts", "TcmBrain.Contracts", "Protos", name)).Select(l => l.Trim())
        )
        {
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                comment.Add(line[2..].Trim());
                continue;
            }

            var said = string.Join(' ', comment.Where(c => c.Length > 0));
            comment.Clear();
            if (Block().Match(line) is { Success: true } block)
            {
                open = (Enum.Parse<ProtoKind>(block.Groups[1].Value, ignoreCase: true), block.Groups[2].Value, said, []);
                if (line.EndsWith('}'))
                {
                    Close();
                }
            }
            else if (OneOf().Match(line) is { Success: true } choice)
            {
                oneof = choice.Groups[1].Value;
            }
            else if (line == "}" && oneof.Length > 0)
            {
                oneof = "";
            }
            else if (line == "}")
            {
                Close();
            }
            else if (open is { } at && Member().Match(line) is { Success: true } member)
            {
                var type = member.Groups["type"].Value;
                at.Members.Add(
                    new ProtoMember(
                        member.Groups["name"].Value,
                        oneof.Length > 0 ? $"{type} (one of {oneof})" : type,
                        member.Groups["number"].Value,
                        said
                    )
                );
            }
            else if (open is { } within && Call().Match(line) is { Success: true } call)
            {
                within.Members.Add(new ProtoMember(call.Groups[1].Value, call.Groups[2].Value, call.Groups[3].Value, said));
            }
            else if (open is not null && line.Length > 0)
            {
                throw new InvalidOperationException($"{name}: not understood: {line}");
            }
        }

        return blocks;

        void Close()
        {
            blocks.Add(new ProtoBlock(open!.Value.Kind, open.Value.Name, open.Value.Comment, open.Value.Members));
            open = null;
        }
    }

    [GeneratedRegex(@"^(service|message|enum) (\w+) \{")]
    private static partial Regex Block();

    [GeneratedRegex(@"^oneof (\w+) \{$")]
    private static partial Regex OneOf();

    [GeneratedRegex(@"^(?:(?<type>(?:repeated |optional )?[\w.]+) )?(?<name>\w+) = (?<number>\d+)( \[.*\])?;$")]
    private static partial Regex Member();

    [GeneratedRegex(@"^rpc (\w+)\(((?:stream )?\w+)\) returns \(((?:stream )?\w+)\);$")]
    private static partial Regex Call();
}
