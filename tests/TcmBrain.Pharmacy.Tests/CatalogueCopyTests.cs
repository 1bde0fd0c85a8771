using Microsoft.Extensions.DependencyInjection;
using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Events;
using TcmBrain.Knowledge;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>A piece that a release adds is known here within seconds, without another build.</summary>
public sealed class CatalogueCopyTests(House house)
{
    private const string NewPiece = "试验草";

    [Fact]
    public async Task The_newest_publication_answers_whatever_order_they_are_told_in_and_a_broken_one_never()
    {
        var current = house.Service.Services.GetRequiredService<CurrentCatalogue>();
        var files = ReleaseFiles.Embedded();
        var cinnamon = files.Text(ReleaseFiles.Herbs).Split('\n').Single(x => x.StartsWith("桂枝,", StringComparison.Ordinal));
        var with = files.With(
            ReleaseFiles.Herbs,
            files.Text(ReleaseFiles.Herbs).TrimEnd() + "\n" + cinnamon.Replace("桂枝,", NewPiece + ",") + "\n"
        );
        current.Value.Find(NewPiece).ShouldBeNull();

        var newest = Published(7, with.ToArchive());
        await house.Prescriptions.TellAsync([newest, Published(3, files.ToArchive()), newest, Published(8, [1, 2, 3])]);

        await Eventually.Be(() => Task.FromResult(current.Publication == 7), "the newest whole publication answers");
        current.Value.Find(NewPiece).ShouldNotBeNull();
        current.Value.Release.ShouldBe(Catalogue.Load(with).Release);
        await using var count = house.Database.CreateCommand("select count(*) from pharmacy.catalogue_copies");
        ((long)(await count.ExecuteScalarAsync())!).ShouldBe(3);

        // The next whole one goes on from there.
        await house.Prescriptions.TellAsync(Published(9, files.ToArchive()));
        await Eventually.Be(() => Task.FromResult(current.Publication == 9), "the next whole one answers");
        current.Value.Find(NewPiece).ShouldBeNull();
    }

    private static CataloguePublished Published(int publication, byte[] archive) =>
        new()
        {
            AggregateId = CataloguePublished.Catalogue,
            Version = publication,
            OccurredAt = DateTimeOffset.UtcNow,
            Release = $"test-{publication}",
            Archive = archive,
        };
}
