using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Architecture.Tests;

/// <summary>The table of who tells what is whole.</summary>
public sealed class TopologyTests
{
    private static readonly Type[] Declared =
    [
        .. typeof(Event).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && typeof(Event).IsAssignableFrom(type)),
    ];

    public static TheoryData<string> EventNames => [.. Declared.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(EventNames))]
    public void An_event_has_one_publisher_and_at_least_one_listener(string name)
    {
        var type = Declared.Single(t => t.Name == name);
        Topology.Services.Count(service => service.Publishes.Contains(type)).ShouldBe(1);
        Topology.ListenersOf(type).ShouldNotBeEmpty();
    }

    [Fact]
    public void Nobody_listens_to_what_nobody_tells_nor_twice_nor_to_itself()
    {
        foreach (var service in Topology.Services)
        {
            service.ListensTo.Except(Declared).ShouldBeEmpty(service.Name);
            service.ListensTo.ShouldBeUnique(service.Name);
            service.Publishes.ShouldBeUnique(service.Name);
            service.ListensTo.Intersect(service.Publishes).ShouldBeEmpty(service.Name);
        }
    }

    [Fact]
    public void The_cockpit_hears_everything() => Topology.Of("cockpit").ListensTo.ShouldBe(Declared, ignoreOrder: true);

    [Fact]
    public void Events_are_sealed_records_that_a_listener_can_guard()
    {
        Declared.Where(type => !type.IsSealed).ShouldBeEmpty();
        var prescriptions = Declared.Where(type => type.Name.StartsWith("Prescription", StringComparison.Ordinal));
        prescriptions.Where(type => !typeof(PrescriptionEvent).IsAssignableFrom(type)).ShouldBeEmpty();
    }
}
