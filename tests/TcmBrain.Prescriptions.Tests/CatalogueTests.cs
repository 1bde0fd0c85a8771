using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public void The_error_codes_are_documented() =>
        FaultCatalogue.Check(typeof(PrescriptionsFaults), "prescriptions", "PRX", withRetry: true);
}
