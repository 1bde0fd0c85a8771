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
    public void The_contract_reference_is_current() =>
        DocumentCheck.Equal(RepositoryRoot.Combine("docs", "integration", "contract.md"), ContractDocument.Render());

    [Fact]
    public void The_contract_reference_leaves_nothing_out()
    {
        var blocks = ProtoSource.Read(ContractDocument.Source);
        var file = Contracts.Prescriptions.V1.PrescriptionsReflection.Descriptor;
        MembersOf(ProtoKind.Service).ShouldBe(file.Services.SelectMany(s => s.Methods.Select(m => $"{s.Name}.{m.Name}")));
        MembersOf(ProtoKind.Message)
            .ShouldBe(
                file.MessageTypes.SelectMany(m => m.Fields.InFieldNumberOrder().Select(f => $"{m.Name}.{f.Name}={f.FieldNumber}")),
                ignoreOrder: true
            );
        MembersOf(ProtoKind.Enum).ShouldBe(file.EnumTypes.SelectMany(e => e.Values.Select(v => $"{e.Name}.{v.Name}={v.Number}")));

        IEnumerable<string> MembersOf(ProtoKind kind) =>
            blocks
                .Where(b => b.Kind == kind)
                .SelectMany(b => b.Members.Select(m => $"{b.Name}.{m.Name}" + (kind == ProtoKind.Service ? "" : $"={m.Number}")));
    }

    [Fact]
    public void Everything_in_the_contract_says_what_it_is()
    {
        var silent = ProtoSource
            .Read(ContractDocument.Source)
            .SelectMany(b => b.Members.Select(m => (Name: $"{b.Name}.{m.Name}", m.Comment)).Append((b.Name, b.Comment)))
            .Where(x => x.Comment.Length == 0)
            .Select(x => x.Name);

        silent.ShouldBeEmpty();
    }

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
