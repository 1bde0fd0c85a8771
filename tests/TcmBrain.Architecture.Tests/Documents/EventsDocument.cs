using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Architecture.Tests.Documents;

/// <summary>Every event with its fields, as they stand on the wire.</summary>
internal static class EventsDocument
{
    public static string Render()
    {
        var summaries = SourceSummaries.OfEvents();
        var text = new StringBuilder();
        text.Append("# Events\n\n");
        text.Append(
            "Generated from `contracts/TcmBrain.Contracts/Events` by a test; do not edit. Who listens: [topology.md](topology.md).\n\n"
        );
        text.Append(
            "On the wire an event is a bare JSON object in UTF-8, camelCase, absent fields left out. Weights are whole milligrams, money whole fen,\n"
        );
        text.Append(
            "times ISO 8601 in UTC, days `yyyy-MM-dd`. The message id (a UUIDv7, the same at every telling) travels in the AMQP property `message-id`,\n"
        );
        text.Append(
            "the trace in the header `traceparent`. A field is never renamed or taken away, and a new one is optional: outboxes are replayed weeks later.\n\n"
        );

        Section(text, typeof(Event), summaries, "Every event");
        Section(text, typeof(PrescriptionEvent), summaries, "Every event of a prescription");
        foreach (var service in Topology.Services.Where(service => service.Publishes.Length > 0))
        {
            text.Append($"# Told by {service.Name}\n\n");
            foreach (var type in service.Publishes)
            {
                Section(text, type, summaries, type.Name);
            }
        }

        text.Append("# Parts of events\n\n");
        foreach (var type in Parts())
        {
            Section(text, type, summaries, type.Name);
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Section(StringBuilder text, Type type, SourceSummaries summaries, string title)
    {
        text.Append($"## {title}\n\n");
        if (summaries.Of(type.Name) is { Length: > 0 } summary)
        {
            text.Append(summary).Append("\n\n");
        }

        var fields = Fields(type);
        if (fields.Length == 0)
        {
            text.Append(
                typeof(PrescriptionEvent).IsAssignableFrom(type) ? "Nothing beside what every event of a prescription has.\n\n" : ""
            );
            return;
        }

        text.Append("| field | type | |\n|---|---|---|\n");
        foreach (var field in fields)
        {
            text.Append(
                $"| {JsonNamingPolicy.CamelCase.ConvertName(field.Name)} | {NameOf(field)} | {summaries.Of($"{type.Name}.{field.Name}")} |\n"
            );
        }

        text.Append('\n');
    }

    private static PropertyInfo[] Fields(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    private static string NameOf(PropertyInfo field)
    {
        var positional = field.DeclaringType!.GetConstructors().Any(c => c.GetParameters().Any(p => p.Name == field.Name));
        var always = positional || field.IsDefined(typeof(RequiredMemberAttribute));
        return NameOf(Nullable.GetUnderlyingType(field.PropertyType) ?? field.PropertyType) + (always ? "" : ", optional");
    }

    private static string NameOf(Type type) =>
        type.IsArray ? $"list of {NameOf(type.GetElementType()!)}"
        : type == typeof(string) ? "text"
        : type == typeof(Guid) ? "UUID"
        : type == typeof(DateTimeOffset) ? "instant"
        : type == typeof(DateOnly) ? "day"
        : type == typeof(Weight) ? "weight, mg"
        : type == typeof(bool) ? "yes or no"
        : type == typeof(double) ? "number"
        : type == typeof(int) || type == typeof(long) ? "whole number"
        : $"[{type.Name}](#{type.Name.ToLowerInvariant()})";

    private static IEnumerable<Type> Parts() =>
        Topology
            .Services.SelectMany(service => service.Publishes)
            .SelectMany(Fields)
            .Select(field => field.PropertyType.IsArray ? field.PropertyType.GetElementType()! : field.PropertyType)
            .Where(type => type.Namespace == typeof(Event).Namespace)
            .Distinct();
}
