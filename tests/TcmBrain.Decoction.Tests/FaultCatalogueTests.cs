using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests;

public sealed class FaultCatalogueTests
{
    [Fact]
    public void The_document_says_what_the_catalogue_says() => FaultCatalogue.Check(typeof(DecoctionFaults), "decoction", "DEC");
}
