using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Architecture.Tests.Documents;

/// <summary>Generated pages say what the code says. TCM_WRITE_DOCS=1 writes them.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void The_topology_page_is_current() =>
        DocumentCheck.Equal(RepositoryRoot.Combine("docs", "contracts", "topology.md"), TopologyDocument.Render());

    [Fact]
    public void The_events_page_is_current() =>
        DocumentCheck.Equal(RepositoryRoot.Combine("docs", "contracts", "events.md"), EventsDocument.Render());

    [Fact]
    public void The_lifecycle_page_is_current() =>
        DocumentCheck.Equal(RepositoryRoot.Combine("docs", "lifecycle.md"), LifecycleDocument.Render());

    [Fact]
    public void Every_event_says_in_its_source_what_it_tells()
    {
        var summaries = SourceSummaries.OfEvents();
        Topology
            .EventTypes.Append(typeof(Event))
            .Append(typeof(PrescriptionEvent))
            .Where(type => summaries.Of(type.Name).Length == 0)
            .ShouldBeEmpty();
    }
}
