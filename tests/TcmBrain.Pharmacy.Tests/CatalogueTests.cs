using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public void The_error_document_is_what_the_catalogue_says() => FaultCatalogue.Check(typeof(PharmacyFaults), "pharmacy", "PHA");
}
