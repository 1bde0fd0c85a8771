using TcmBrain.Testing;

namespace TcmBrain.Traceability.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public void The_error_codes_are_documented() => FaultCatalogue.Check(typeof(TraceabilityFaults), "traceability", "TRC");
}
