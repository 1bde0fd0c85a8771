using System.IO.Compression;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

public sealed class ReleaseTests
{
    private static readonly AuditReleaseFiles Files = AuditReleaseFiles.Embedded();

    [Fact]
    public void An_archive_gives_back_the_same_release_and_the_same_bytes()
    {
        var archive = Files.ToArchive();
        Files.ToArchive().ShouldBe(archive);
        AuditRelease.Load(AuditReleaseFiles.FromArchive(archive)).Name.ShouldBe(AuditRelease.BuiltIn.Name);
    }

    [Fact]
    public void A_folder_gives_the_same_release_and_one_without_a_file_is_refused_by_its_name()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var name in AuditReleaseFiles.Names)
            {
                File.WriteAllBytes(Path.Combine(folder.FullName, name), Files.Bytes(name).ToArray());
            }
            AuditRelease.Load(AuditReleaseFiles.FromFolder(folder.FullName)).Name.ShouldBe(AuditRelease.BuiltIn.Name);
            File.Delete(Path.Combine(folder.FullName, AuditReleaseFiles.Limits));
            Should
                .Throw<BrokenReleaseException>(() => AuditReleaseFiles.FromFolder(folder.FullName))
                .Faults.ShouldBe([new(AuditReleaseFiles.Limits, 0, "the file is missing")]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_is_no_archive_of_a_release_is_refused()
    {
        Should.Throw<BrokenReleaseException>(() => AuditReleaseFiles.FromArchive([1, 2, 3]));
        Should
            .Throw<BrokenReleaseException>(() => AuditReleaseFiles.FromArchive(Zip(("../herbs.csv", new byte[8]))))
            .Message.ShouldContain("not a file");
        Should
            .Throw<BrokenReleaseException>(() => AuditReleaseFiles.FromArchive(Zip(("herbs.csv", new byte[20 << 20]))))
            .Message.ShouldContain("unpacks");
    }

    [Fact]
    public void Faults_of_catalogue_and_policy_are_told_together()
    {
        var draft = Edit(
            Edit(
                Files,
                ReleaseFiles.Herbs,
                "麻黄,ma huang,Ephedrae Herba,发散风寒药,温,辛;微苦,肺;膀胱,2,10,",
                "麻黄,ma huang,Ephedrae Herba,发散风寒药,温,辛;微苦,肺;膀胱,12,10,"
            ),
            AuditReleaseFiles.Limits,
            "many_pieces,20",
            "many_pieces,0"
        );
        var faults = Should.Throw<BrokenReleaseException>(() => AuditRelease.Load(draft)).Faults;
        faults.ShouldContain(x => x.File == ReleaseFiles.Herbs && x.Line == 2);
        faults.ShouldContain(x => x.File == AuditReleaseFiles.Limits && x.Reason == "many_pieces may not be 0");
    }

    [Fact]
    public void Bytes_that_are_not_text_are_refused_and_never_half_read()
    {
        foreach (var name in AuditReleaseFiles.Names)
        {
            var archive = Zip([
                .. AuditReleaseFiles.Names.Select(x => (x, x == name ? new byte[] { 0xFF, 0xFE, 0x00, 0xC3 } : Files.Bytes(x).ToArray())),
            ]);
            Should.Throw<BrokenReleaseException>(() => AuditRelease.Load(AuditReleaseFiles.FromArchive(archive)), name);
        }
    }

    [Fact]
    public void Whatever_is_broken_in_a_file_is_told_as_a_fault_and_as_nothing_else() =>
        Parallel.For(
            0,
            150,
            seed =>
            {
                var random = new Random(seed);
                var name = AuditReleaseFiles.Names[seed % AuditReleaseFiles.Names.Length];
                var text = Files.Text(name).ToCharArray();
                for (var i = 0; i < 6; i++)
                {
                    var at = random.Next(text.Length);
                    text[at] = ",;:\n\"0x{}[]-"[random.Next(12)];
                }
                try
                {
                    AuditRelease.Load(Files.With(name, new string(text)));
                }
                catch (BrokenReleaseException) { }
            }
        );

    [Fact]
    public void A_release_is_loaded_and_switched_in_within_a_second()
    {
        var archive = Files.ToArchive();
        Quickest.Of(() => AuditRelease.Load(AuditReleaseFiles.FromArchive(archive))).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_same_release_has_no_difference() =>
        ReleaseDifference.Between(AuditRelease.BuiltIn, AuditRelease.Load(Files)).Changes.ShouldBeEmpty();

    [Theory]
    [InlineData(AuditReleaseFiles.Rules, "dose.over_k,1,dose,double_sign,double_sign", "dose.over_k,1,dose,advise,advise", true)]
    [InlineData(AuditReleaseFiles.Rules, "dose.under,1,dose,advise,advise", "dose.under,1,dose,double_sign,advise", false)]
    [InlineData(AuditReleaseFiles.Limits, "controlled_toxic_days,2", "controlled_toxic_days,3", true)]
    [InlineData(AuditReleaseFiles.Limits, "controlled_toxic_days,2", "controlled_toxic_days,1", false)]
    [InlineData(AuditReleaseFiles.Limits, "child_below_years,14", "child_below_years,12", true)]
    [InlineData(
        ReleaseFiles.Herbs,
        "肺;膀胱,2,10,none,none,,,ephedrine_precursor_control",
        "肺;膀胱,2,12,none,none,,,ephedrine_precursor_control",
        true
    )]
    [InlineData(
        ReleaseFiles.Herbs,
        "肺;膀胱,2,10,none,none,,,ephedrine_precursor_control",
        "肺;膀胱,2,9,none,none,,,ephedrine_precursor_control",
        false
    )]
    [InlineData(AuditReleaseFiles.AgeBands, ",65,0,3,4,over,over", ",65,0,1,1,over,over", true)]
    public void A_change_is_told_with_its_field_and_whether_it_loosens(string file, string before, string after, bool loosens)
    {
        var draft = AuditRelease.Load(Edit(Files, file, before, after));
        var difference = ReleaseDifference.Between(AuditRelease.BuiltIn, draft);
        var change = difference.Changes.ShouldHaveSingleItem();
        change.File.ShouldBe(file);
        change.Kind.ShouldBe("changed");
        change.Loosens.ShouldBe(loosens);
        difference.Describe().ShouldContain(change.Key);
        draft.Name.ShouldNotBe(AuditRelease.BuiltIn.Name);
    }

    [Fact]
    public void A_pair_taken_out_loosens_and_one_put_in_does_not()
    {
        var text = Files.Text(ReleaseFiles.Incompatibilities);
        var row = text.Split('\n').First(x => x.Contains("丁香") && x.Contains("郁金") && !x.Contains("母丁香") && !x.Contains("醋郁金"));
        var without = AuditRelease.Load(Files.With(ReleaseFiles.Incompatibilities, text.Replace(row + "\n", "", StringComparison.Ordinal)));
        var removed = ReleaseDifference.Between(AuditRelease.BuiltIn, without).Changes.ShouldHaveSingleItem();
        (removed.Kind, removed.Loosens).ShouldBe(("removed", true));
        var added = ReleaseDifference.Between(without, AuditRelease.BuiltIn).Changes.ShouldHaveSingleItem();
        (added.Kind, added.Loosens).ShouldBe(("added", false));
    }

    private static AuditReleaseFiles Edit(AuditReleaseFiles files, string name, string before, string after)
    {
        files.Text(name).ShouldContain(before);
        return files.With(name, files.Text(name).Replace(before, after, StringComparison.Ordinal));
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return archive.ToArray();
    }
}
