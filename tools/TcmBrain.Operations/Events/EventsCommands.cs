using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Operations;

namespace TcmBrain.Operations.Events;

/// <summary><c>events errors|redrive|replay</c>: looks after the event exchange.</summary>
internal static class EventsCommands
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Option<bool> AsJson = new("--json") { Description = "Machine-readable" };
    private static readonly Option<string?> Data = new("--data") { Description = "Data folder of the instance" };

    public static Command Create() =>
        new("events", "事件: what could not be taken in, and telling again") { Errors(), Redrive(), Replay() };

    private static Command Errors()
    {
        var queue = new Argument<string?>("QUEUE")
        {
            Description = "pharmacy, or pharmacy_error; all when left out",
            DefaultValueFactory = _ => null,
        };
        var command = new Command("errors", "Lists the messages in the error queues with their reasons; consumes none")
        {
            queue,
            AsJson,
            Data,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var service = parsed.GetValue(queue) is { } name ? Listener(name) : null;
                await using var instance = Instance.Find(parsed.GetValue(Data));
                var messages = await new ErrorQueues(instance.Broker).ListAsync(service, cancellationToken: cancellationToken);
                if (parsed.GetValue(AsJson))
                {
                    Console.WriteLine(JsonSerializer.Serialize(new { count = messages.Count, messages }, Json));
                    return 0;
                }

                if (messages.Count > 0)
                {
                    var table = new Table()
                        .Border(TableBorder.Minimal)
                        .AddColumns("队列 Queue", "消息 Id", "类型 Type", "时间 Time", "原因 Reason");
                    foreach (var m in messages)
                    {
                        table.AddRow(
                            Markup.Escape(m.Queue),
                            m.MessageId?.ToString() ?? "-",
                            Markup.Escape(m.Type ?? "-"),
                            m.At?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-",
                            Markup.Escape(m.Reason)
                        );
                    }

                    AnsiConsole.Write(table);
                }

                Console.WriteLine($"错误队列共 {messages.Count} 条。 {messages.Count} in error queues.");
                return 0;
            }
        );
        return command;
    }

    private static Command Redrive()
    {
        var queue = new Argument<string>("QUEUE") { Description = "pharmacy, or pharmacy_error" };
        var ids = new Option<Guid[]>("--id") { Description = "Only these messages", AllowMultipleArgumentsPerToken = true };
        var command = new Command("redrive", "Sends the messages of an error queue to their queue again") { queue, ids, AsJson, Data };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var service = Listener(parsed.GetValue(queue)!);
                await using var instance = Instance.Find(parsed.GetValue(Data));
                var only = parsed.GetValue(ids) is { Length: > 0 } chosen ? chosen.ToHashSet() : null;
                var result = await new ErrorQueues(instance.Broker).RedriveAsync(service, only, cancellationToken);
                Console.WriteLine(
                    parsed.GetValue(AsJson)
                        ? JsonSerializer.Serialize(
                            new
                            {
                                queue = service.Queue,
                                result.Moved,
                                result.Left,
                            },
                            Json
                        )
                        : $"{service.Queue}: 重投 {result.Moved} 条, 剩余 {result.Left} 条。 {result.Moved} sent again, {result.Left} left."
                );
                // Asked for by name and not there.
                return only is not null && result.Moved < only.Count ? 1 : 0;
            }
        );
        return command;
    }

    private static Command Replay()
    {
        var service = new Argument<string>("SERVICE") { Description = "The listener that is to be told again" };
        var since = new Option<DateTimeOffset?>("--since") { Description = "Recorded since then, ISO 8601" };
        var all = new Option<bool>("--all") { Description = "All that the outboxes have kept" };
        var type = new Option<string?>("--type") { Description = "Only this event type: PrescriptionApproved" };
        var command = new Command("replay", "Re-reads every outbox for what SERVICE listens to; what it has already, its inbox drops")
        {
            service,
            since,
            all,
            type,
            AsJson,
            Data,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetResult(since) is not null))
            {
                result.AddError("Give either --since ISO or --all.");
            }
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var listener = Listener(parsed.GetValue(service)!);
                var only = parsed.GetValue(type) is { } name ? EventType(name, listener) : null;
                await using var instance = Instance.Find(parsed.GetValue(Data));
                var result = await new Replay(instance.Databases, instance.Broker).RunAsync(
                    listener,
                    parsed.GetValue(since),
                    only,
                    cancellationToken
                );
                if (parsed.GetValue(AsJson))
                {
                    Console.WriteLine(
                        JsonSerializer.Serialize(
                            new
                            {
                                service = listener.Name,
                                result.Total,
                                result.Sent,
                                result.Unreadable,
                            },
                            Json
                        )
                    );
                    return 0;
                }

                foreach (var (sent, count) in result.Sent.Where(s => s.Value > 0))
                {
                    Console.WriteLine($"{count, 10:#,0}  {sent}");
                }

                Console.WriteLine($"{listener.Name}: 重发 {result.Total} 条。 {result.Total} sent again.");
                if (result.Unreadable > 0)
                {
                    Console.Error.WriteLine($"{result.Unreadable} 条读不出。 {result.Unreadable} cannot be read.");
                }

                return 0;
            }
        );
        return command;
    }

    /// <summary>The service of a queue, of its error queue, or by its own name.</summary>
    internal static Topology.Service Listener(string name) =>
        Topology.Services.FirstOrDefault(s =>
            s.ListensTo.Length > 0 && (s.Name == name || s.Queue == name || s.ErrorQueue == name || s.Queue + "_skipped" == name)
        )
        ?? throw new OperationsException(
            $"没有队列 {name}。 There is no queue {name}; there are {string.Join(", ", Topology.Services.Where(s => s.ListensTo.Length > 0).Select(s => s.Queue))}."
        );

    internal static Type EventType(string name, Topology.Service listener) =>
        Topology.EventType(name) is { } type && listener.ListensTo.Contains(type)
            ? type
            : throw new OperationsException($"{listener.Name} 不接收 {name}。 {listener.Name} does not listen to {name}.");
}
