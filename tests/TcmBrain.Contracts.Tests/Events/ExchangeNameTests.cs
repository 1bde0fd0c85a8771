using System.Text.RegularExpressions;

namespace TcmBrain.Contracts.Tests.Events;

public sealed partial class ExchangeNameTests
{
    [Theory]
    [InlineData("PrescriptionReceived", "prescription-received")]
    [InlineData("StockShort", "stock-short")]
    [InlineData("TreeHeadSigned", "tree-head-signed")]
    public void An_exchange_is_named_like_its_event(string type, string exchange) =>
        Topology.ExchangeName(Topology.EventType(type)!).ShouldBe(exchange);

    [Fact]
    public void Every_event_has_an_exchange_of_its_own_that_is_no_queue_s()
    {
        var names = Topology.EventTypes.Select(Topology.ExchangeName).ToList();
        names.ShouldAllBe(name => Kebab().IsMatch(name));
        names.ShouldBeUnique();
        names.Intersect(Topology.Services.SelectMany(service => new[] { service.Queue, service.ErrorQueue })).ShouldBeEmpty();
    }

    [Fact]
    public void A_stored_name_leads_back_to_its_type_and_an_unknown_one_nowhere()
    {
        Topology.EventTypes.ShouldAllBe(type => Topology.EventType(type.Name) == type);
        Topology.EventType("NoSuchEvent").ShouldBeNull();
        Should.Throw<KeyNotFoundException>(() => Topology.Of("nobody"));
    }

    [GeneratedRegex("^[a-z]+(-[a-z]+)+$")]
    private static partial Regex Kebab();
}
