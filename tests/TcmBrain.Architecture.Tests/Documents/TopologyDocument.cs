using System.Text;
using TcmBrain.Contracts;

namespace TcmBrain.Architecture.Tests.Documents;

/// <summary>Who tells what and who listens, as a page.</summary>
internal static class TopologyDocument
{
    public static string Render()
    {
        var text = new StringBuilder();
        text.Append("# Topology: who tells what, who listens\n\n");
        text.Append("Generated from `contracts/TcmBrain.Contracts/Topology.cs` by a test; do not edit.\n\n");
        text.Append(
            "An event is told to a durable fan-out exchange of its own on RabbitMQ, which leads to a second one (`….listeners`), which leads to the queues.\n"
        );
        text.Append(
            "A listening service has one durable quorum queue under its own name, and beside it `NAME_error` for what could not be taken in. The queue\n"
        );
        text.Append(
            "also has an exchange of its own name, by which it alone can be sent to (replay). Setup declares all of it before any service starts. Why:\n"
        );
        text.Append("[decision 0005](../decisions/0005-wire-and-queues.md).\n\n");

        text.Append("## Queues\n\n| service | tells | queue | listens to |\n|---|--:|---|--:|\n");
        foreach (var service in Topology.Services)
        {
            var queue = service.ListensTo.Length == 0 ? "–" : $"`{service.Queue}`, `{service.ErrorQueue}`";
            text.Append($"| {service.Name} | {service.Publishes.Length} | {queue} | {service.ListensTo.Length} |\n");
        }

        text.Append("\n## Events\n\n");
        text.Append("| event | exchange | told by |");
        foreach (var service in Listeners)
        {
            text.Append($" {service.Name} |");
        }

        text.Append("\n|---|---|---|").Append(string.Concat(Enumerable.Repeat(":-:|", Listeners.Count()))).Append('\n');
        foreach (var type in Topology.Services.SelectMany(service => service.Publishes))
        {
            text.Append(
                $"| [{type.Name}](events.md#{type.Name.ToLowerInvariant()}) | `{Topology.ExchangeName(type)}` | {Topology.PublisherOf(type).Name} |"
            );
            foreach (var service in Listeners)
            {
                text.Append(service.ListensTo.Contains(type) ? " ● |" : " |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<Topology.Service> Listeners => Topology.Services.Where(service => service.ListensTo.Length > 0);
}
