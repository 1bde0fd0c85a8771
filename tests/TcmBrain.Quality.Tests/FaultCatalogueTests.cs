using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests;

public sealed class FaultCatalogueTests
{
    [Fact]
    public void The_document_says_what_the_catalogue_says() => FaultCatalogue.Check(typeof(QualityFaults), "quality", "QUA");
}
