using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Operations.Trace;

/// <summary><c>trace verify</c> and <c>trace witness</c>: what a stranger needs to hold the log to its word. Neither needs the platform's data.</summary>
internal static class TraceCommands
{
    /// <summary>It does not hold.</summary>
    public const int Refuted = 1;

    /// <summary>It holds, but under a key that nobody vouched for.</summary>
    public const int Unvouched = 3;

    public static Command Create() => new("trace", "追溯: proofs of the trace, for anybody") { Verify(), Witnessing() };

    private static Command Verify()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "What /api/traceability/events/{hash}/proof answered, JSON or tlog-proof",
        };
        var key = new Option<string?>("--key")
        {
            Description = "The log's verifier key (name+id+key), or a file with it; from /log/key, asked for once and kept",
        };
        var json = new Option<bool>("--json") { Description = "Machine-readable" };
        var verify = new Command("verify", "验证: checks a proof offline; exit code 0 only when it holds under the key given")
        {
            file,
            key,
            json,
        };
        verify.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            if (!path.Exists)
            {
                throw new OperationsException($"没有这个文件。 There is no file {path.Name}.");
            }

            var verdict = ProofFile.Verify(File.ReadAllText(path.FullName), KeyOf(parsed.GetValue(key)));
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(verdict, JsonSerializerOptions.Web) : Say(verdict));
            return !verdict.Holds ? Refuted
                : verdict.Trusted ? 0
                : Unvouched;
        });
        return verify;
    }

    private static Command Witnessing()
    {
        var log = new Argument<string>("URL") { Description = "Where the log is, for example http://localhost:8080" };
        var store = new Option<FileInfo>("--store") { Description = "File that keeps the last checkpoint", Required = true };
        var key = new Option<string?>("--key")
        {
            Description = "The log's verifier key, or a file with it; else the one kept beside the store since the first time",
        };
        var name = new Option<string?>("--cosign") { Description = "Sign as this witness, with a key kept beside the store" };
        var witness = new Command(
            "witness",
            "见证: keeps the log's checkpoint and checks that each new one continues it; exit code 1 when it does not"
        )
        {
            log,
            store,
            key,
            name,
        };
        witness.SetAction(
            async (parsed, cancellationToken) =>
            {
                var kept = parsed.GetValue(store)!.FullName;
                if (!Uri.TryCreate(parsed.GetValue(log), UriKind.Absolute, out var address))
                {
                    throw new OperationsException("这不是地址。 The URL is not an address.");
                }

                using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
                using var trusted = LogKey.FromVerifierKey(
                    await PinnedAsync(client, kept + ".key", KeyOf(parsed.GetValue(key)), cancellationToken)
                );
                using var own = parsed.GetValue(name) is { } witnessName ? OwnKey(witnessName, kept + ".secret") : null;
                try
                {
                    var seen = await Witness.LookAsync(
                        client,
                        trusted,
                        File.Exists(kept) ? await File.ReadAllTextAsync(kept, cancellationToken) : null,
                        own,
                        cancellationToken
                    );
                    await WriteAsync(kept, seen.Note, cancellationToken);
                    Console.WriteLine(
                        seen.From == 0 ? $"首次见证 {seen.To} 条 first seen with {seen.To} leaves"
                        : seen.Grew ? $"一致 {seen.From} → {seen.To} continues"
                        : $"一致 {seen.To} unchanged"
                    );
                    if (own is not null)
                    {
                        Console.WriteLine($"见证人公钥 witness key: {own.VerifierKey}");
                    }

                    return 0;
                }
                catch (LogForkedException forked)
                {
                    Console.Error.WriteLine($"日志不一致! The log is not consistent: {forked.Message}");
                    return Refuted;
                }
                catch (HttpRequestException away)
                {
                    throw new OperationsException($"日志没有回答。 The log does not answer: {away.Message}", away);
                }
            }
        );
        return witness;
    }

    private static string? KeyOf(string? given) => given is not null && File.Exists(given) ? File.ReadAllText(given).Trim() : given;

    /// <summary>The key given, else the one of the first time: a log that changes its key later is another log.</summary>
    private static async Task<string> PinnedAsync(HttpClient client, string file, string? given, CancellationToken cancellationToken)
    {
        if (given is null && File.Exists(file))
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }

        var key = given ?? (await client.GetStringAsync(new Uri("/log/key", UriKind.Relative), cancellationToken)).Trim();
        await WriteAsync(file, key + "\n", cancellationToken);
        return key;
    }

    private static LogKey OwnKey(string name, string file)
    {
        if (!File.Exists(file))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var created = new FileStream(file, options);
            created.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
        }

        return LogKey.FromSeed(name, File.ReadAllText(file).Trim());
    }

    /// <summary>Whole or not at all: a witness that lost what it kept would have to believe anything.</summary>
    private static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(file + ".new", text, cancellationToken);
        File.Move(file + ".new", file, overwrite: true);
    }

    private static string Say(ProofVerdict verdict) =>
        !verdict.Holds
            ? $"✗ 不成立 does not hold: {verdict.Reason}"
            : $"""
                ✓ 成立 holds
                事件 event       {verdict.EventHash}
                位置 leaf        {verdict.LeafIndex} / {verdict.TreeSize}
                记录 recorded    {verdict.RecordTime}
                采集 captured by {verdict.CapturedBy}
                内容 content     {(verdict.EventChecked ? "与记录一致 is the one that was logged" : "文件中没有 is not in the file")}
                密钥 key         {(
                    verdict.Trusted
                        ? "由您提供 given by you"
                        : "取自文件本身, 请另行核对 taken from the file itself: compare it with one from elsewhere (--key)"
                )}
                """;
}
