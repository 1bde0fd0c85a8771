namespace TcmBrain.Knowledge.Tests;

public sealed class CatalogueTests
{
    private static readonly Catalogue Catalogue = Catalogue.Default;

    [Fact]
    public void The_built_in_release_loads_whole()
    {
        Catalogue.Herbs.Length.ShouldBe(935);
        Catalogue.Formulas.Length.ShouldBe(214);
        Catalogue.Incompatibilities.Length.ShouldBe(343);
        Catalogue.Terms.Count(x => x.Kind == TermKind.Syndrome).ShouldBe(158);
        Catalogue.Terms.Count(x => x.Kind == TermKind.Disease).ShouldBe(95);
        Catalogue.Herbs.Count(x => x.Regulation == Regulation.ControlledToxic).ShouldBe(28);
    }

    [Fact]
    public void A_release_loads_within_a_second()
    {
        _ = Catalogue;
        Quickest.Of(() => Catalogue.Load(ReleaseFiles.Embedded())).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_release_is_named_by_version_and_content()
    {
        Catalogue.Release.Version.ShouldBe("2026.2");
        Catalogue.Release.Sha256.Length.ShouldBe(64);
        Catalogue.Load(ReleaseFiles.Embedded()).Release.ShouldBe(Catalogue.Release);

        var files = ReleaseFiles.Embedded();
        var edited = files.With(ReleaseFiles.Herbs, files.Text(ReleaseFiles.Herbs).Replace("麻黄,ma huang", "麻黄,mahuang"));
        Catalogue.Load(edited).Release.Sha256.ShouldNotBe(Catalogue.Release.Sha256);
    }

    [Fact]
    public void Ids_are_the_places_in_the_list()
    {
        for (var i = 0; i < Catalogue.Herbs.Length; i++)
        {
            Catalogue.Herbs[i].Id.Value.ShouldBe((ushort)i);
        }
    }

    [Theory]
    [InlineData("麻黄", 2_000, 10_000)]
    [InlineData("砒石", 2, 4)]
    [InlineData("蟾酥", 15, 30)]
    [InlineData("制川乌", 1_500, 3_000)]
    public void Doses_are_whole_milligrams(string name, long min, long max)
    {
        var herb = Catalogue.Find(name)!;
        (herb.MinMilligrams, herb.MaxMilligrams).ShouldBe((min, max));
    }

    [Fact]
    public void A_missing_dose_is_no_dose_and_not_zero()
    {
        Catalogue.Find("川乌")!.MaxMilligrams.ShouldBeNull();
        Catalogue.Find("胖大海")!.MaxMilligrams.ShouldBeNull();
    }

    [Fact]
    public void A_release_in_a_folder_is_the_same_release()
    {
        var folder = Directory.CreateTempSubdirectory("tcm-release-").FullName;
        try
        {
            foreach (
                var name in new[]
                {
                    ReleaseFiles.Version,
                    ReleaseFiles.Herbs,
                    ReleaseFiles.Aliases,
                    ReleaseFiles.CombinedNames,
                    ReleaseFiles.Incompatibilities,
                    ReleaseFiles.Formulas,
                    ReleaseFiles.Terms,
                    ReleaseFiles.Customs,
                    ReleaseFiles.PieceLists,
                }
            )
            {
                File.WriteAllBytes(Path.Combine(folder, name), ReleaseFiles.Embedded().Bytes(name).ToArray());
            }
            Catalogue.Load(ReleaseFiles.FromFolder(folder)).Release.ShouldBe(Catalogue.Release);

            File.Delete(Path.Combine(folder, ReleaseFiles.Aliases));
            Should
                .Throw<BrokenReleaseException>(() => ReleaseFiles.FromFolder(folder))
                .Faults.ShouldHaveSingleItem()
                .File.ShouldBe(ReleaseFiles.Aliases);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
