using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Contracts.Tests.Events;

/// <summary>What is told is what is heard, for every type of event.</summary>
public sealed class EventJsonTests
{
    public static TheoryData<string> Types => [.. Topology.EventTypes.Select(type => type.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Types))]
    public void An_event_comes_back_as_it_was_written(string name)
    {
        var type = Topology.EventType(name)!;
        Prop.ForAll(
                AnyEvent.Of(type).ToArbitrary(),
                told =>
                {
                    var heard = EventJson.Read(EventJson.Write(told), type);
                    heard.GetType().ShouldBe(type);
                    Same(told, heard).ShouldBeTrue();
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void An_event_that_lacks_a_required_field_is_not_taken_for_one(string name)
    {
        var type = Topology.EventType(name)!;
        var required = type.GetProperties().Where(property => property.IsDefined(typeof(RequiredMemberAttribute))).ToList();
        required.Select(property => property.Name).ShouldContain(nameof(Event.AggregateId));
        foreach (var property in required)
        {
            var json = Sample(type);
            json.Remove(JsonNamingPolicy.CamelCase.ConvertName(property.Name)).ShouldBeTrue(property.Name);
            Should.Throw<JsonException>(() => EventJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), type), property.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_field_of_a_newer_publisher_is_passed_over(string name)
    {
        var type = Topology.EventType(name)!;
        var json = Sample(type);
        json["fieldOfTheFuture"] = new JsonArray(1, 2);
        EventJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), type).GetType().ShouldBe(type);
    }

    [Fact]
    public void The_wire_is_camel_case_with_chinese_as_itself_weights_as_milligrams_and_no_empty_fields()
    {
        var reserved = new StockShort
        {
            AggregateId = Guid.Parse("0199d000-0000-7000-8000-000000000001"),
            Version = 2,
            OccurredAt = new DateTimeOffset(2026, 11, 22, 1, 2, 3, TimeSpan.Zero),
            InstitutionCode = "12330102TCM000013P",
            RegionCode = "330102",
            HisNumber = "CF-1",
            Revision = 1,
            MissingPieces = ["黄芪"],
        };
        Encoding
            .UTF8.GetString(EventJson.Write(reserved))
            .ShouldBe(
                """
                {"missingPieces":["黄芪"],"institutionCode":"12330102TCM000013P","regionCode":"330102","hisNumber":"CF-1","revision":1,"aggregateId":"0199d000-0000-7000-8000-000000000001","version":2,"occurredAt":"2026-11-22T01:02:03+00:00"}
                """
            );

        var accepted = (JsonObject)Sample(typeof(LotAccepted));
        accepted["quantity"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        Encoding
            .UTF8.GetString(
                EventJson.Write(
                    new InstitutionReinstated
                    {
                        AggregateId = Guid.Empty,
                        Version = 1,
                        OccurredAt = default,
                        Code = "x",
                    }
                )
            )
            .ShouldNotContain("null");
    }

    private static JsonObject Sample(Type type) => JsonNode.Parse(EventJson.Write(AnyEvent.Of(type).Sample(1).Single()))!.AsObject();

    /// <summary>Equal in every field, arrays item by item.</summary>
    private static bool Same(object? a, object? b)
    {
        if (a is null || b is null || a is string || a.GetType().IsValueType)
        {
            return Equals(a, b);
        }

        if (a is IEnumerable left && b is IEnumerable right)
        {
            var (ours, theirs) = (left.Cast<object?>().ToList(), right.Cast<object?>().ToList());
            return ours.Count == theirs.Count && ours.Zip(theirs, Same).All(same => same);
        }

        return a.GetType() == b.GetType()
            && a.GetType()
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .All(property => Same(property.GetValue(a), property.GetValue(b)));
    }
}
