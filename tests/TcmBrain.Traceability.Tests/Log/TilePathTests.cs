using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Tests.Log;

public sealed class TilePathTests
{
    [Theory]
    [InlineData("0/000", 0, 0, 256)]
    [InlineData("0/067", 0, 67, 256)]
    [InlineData("2/x001/x234/067", 2, 1234067, 256)]
    [InlineData("0/x001/067.p/12", 0, 1067, 12)]
    [InlineData("0/000.p/255", 0, 0, 255)]
    public void An_address_has_level_place_and_width(string path, short level, long index, int width) =>
        TilePath.Parse(path).ShouldBe(new TilePath(level, index, width));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("8/000")]
    [InlineData("00/000")]
    [InlineData("0/67")]
    [InlineData("0/0067")]
    [InlineData("0/001/067")]
    [InlineData("0/x001")]
    [InlineData("0/x000/067")]
    [InlineData("0/067.p/0")]
    [InlineData("0/067.p/012")]
    [InlineData("0/067.p/256")]
    [InlineData("0/067.p")]
    [InlineData("0/-67")]
    [InlineData("entries")]
    public void Another_spelling_is_none(string path) => TilePath.Parse(path).ShouldBeNull();

    [Fact]
    public void Entries_have_no_level() => TilePath.Parse("entries/x001/000.p/3").ShouldBe(new TilePath(null, 1000, 3));
}
