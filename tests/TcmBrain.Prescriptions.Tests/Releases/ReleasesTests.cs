using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.Releases;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Releases;

/// <summary>Releases of the audit: proposed, tried on history, published by a second person, in force everywhere within seconds.</summary>
public sealed class ReleasesTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private const string Path = "/api/prescriptions/releases";
    private readonly HttpClient pharmacist = fixture.Pharmacist(1);
    private readonly HttpClient quality = fixture.Service.Client(
        TestTokens.Of("quality-1", DemoRegion.QualityCentre.Code, DemoRegion.QualityCentre.RegionCode, Roles.Quality)
    );
    private readonly HttpClient operators = fixture.Service.Client(
        TestTokens.Of("operator-1", DemoRegion.Operator.Code, DemoRegion.Operator.RegionCode, Roles.Operator)
    );

    [Fact]
    public async Task A_release_is_published_by_a_second_person_and_answers_within_seconds_without_a_pause()
    {
        // 黄芪 40 g is advice under the built-in policy; the candidate lets less pass.
        var prescription = PrescriptionsFixture.Clean();
        prescription.Lines.Add(new Line { Name = "黄芪", MilligramsPerDose = 40_000 });
        var before = await AuditAsync(prescription);
        var candidate = Draft("overdose_factor_permille,1500", "overdose_factor_permille,1" + Random.Shared.Next(100, 300));
        var proposed = await ProposeAsync(pharmacist, candidate);
        proposed.Release.State.ShouldBe("proposed");
        proposed.Release.Name.ShouldBe(AuditRelease.Load(candidate).Name);
        proposed.Difference.ShouldContain("overdose_factor_permille");

        using var stop = new CancellationTokenSource();
        var calls = Task.Run(async () =>
        {
            var releases = new HashSet<string>();
            while (!stop.IsCancellationRequested)
            {
                releases.Add((await AuditAsync(prescription)).Release);
            }

            return releases;
        });
        (await quality.PostAsync($"{Path}/{proposed.Release.Number}/publish", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.Be(async () => (await AuditAsync(prescription)).Release == proposed.Release.Name, "the release answers");
        await stop.CancelAsync();

        // Every call in between was answered, under one release or the other.
        (await calls).ShouldBeSubsetOf([before.Release, proposed.Release.Name]);
        var current = await quality.GetFromJsonAsync<CurrentReleaseAnswer>($"{Path}/current");
        current!.Name.ShouldBe(proposed.Release.Name);
        var stored = await PushAsync(PrescriptionsFixture.Clean());
        stored.Audit.Release.ShouldBe(proposed.Release.Name);
        (await AuditAsync(prescription)).Findings.ShouldContain(f => f.RuleId == "dose.over_k");

        // Told to those who keep a copy of the catalogue, with the files themselves.
        var told = await Storage.Sql.TextAsync(
            fixture.Database,
            $"""
            select payload::jsonb ->> 'archive' from exchange.outbox
            where type = 'CataloguePublished' and payload::jsonb ->> 'release' = '{AuditRelease.Load(candidate).Catalogue.Release}'
            """
        );
        Knowledge
            .Catalogue.Load(Knowledge.ReleaseFiles.FromArchive(Convert.FromBase64String(told.Split('\n')[^1])))
            .Release.ShouldBe(AuditRelease.Load(candidate).Catalogue.Release);
    }

    [Fact]
    public async Task Who_proposed_a_release_cannot_publish_it_and_a_pharmacist_cannot_publish_at_all()
    {
        var proposed = await ProposeAsync(quality, Draft("many_pieces,20", "many_pieces,2" + Random.Shared.Next(1, 9)));
        await RefusedAsync(await quality.PostAsync($"{Path}/{proposed.Release.Number}/publish", null), "PRX-0504");
        (await pharmacist.PostAsync($"{Path}/{proposed.Release.Number}/publish", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await quality.GetFromJsonAsync<ReleaseDetail>($"{Path}/{proposed.Release.Number}"))!.Release.State.ShouldBe("proposed");
    }

    [Fact]
    public async Task A_decision_is_taken_once_and_a_rejection_says_why()
    {
        var proposed = await ProposeAsync(pharmacist, Draft("many_pieces,20", "many_pieces,3" + Random.Shared.Next(1, 9)));
        await RefusedAsync(await operators.PostAsJsonAsync($"{Path}/{proposed.Release.Number}/reject", new { reason = " " }), "PRX-0101");
        var rejected = await operators.PostAsJsonAsync($"{Path}/{proposed.Release.Number}/reject", new { reason = "依据不足" });
        (await rejected.Content.ReadFromJsonAsync<ReleaseEntry>())!.State.ShouldBe("rejected");
        await RefusedAsync(await operators.PostAsync($"{Path}/{proposed.Release.Number}/publish", null), "PRX-0503");
        await RefusedAsync(await operators.PostAsync($"{Path}/999999/publish", null), "PRX-0502");
    }

    [Fact]
    public async Task Two_proposals_on_the_same_base_are_published_one_after_the_other_only_when_looked_at_again()
    {
        var first = await ProposeAsync(pharmacist, Draft("emergency_days,3", "emergency_days,2"));
        var second = await ProposeAsync(pharmacist, Draft("outpatient_days,7", "outpatient_days,6"));
        (await quality.PostAsync($"{Path}/{first.Release.Number}/publish", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await RefusedAsync(await quality.PostAsync($"{Path}/{second.Release.Number}/publish", null), "PRX-0505");
        // What is proposed from here on is compared with it.
        await Eventually.Be(
            async () => (await AuditAsync(PrescriptionsFixture.Clean())).Release == first.Release.Name,
            "the first one answers"
        );
    }

    [Fact]
    public async Task A_broken_release_is_refused_with_file_line_and_reason_and_nothing_is_stored()
    {
        var files = AuditReleaseFiles.Embedded();
        var broken = files.With("aliases.csv", files.Text("aliases.csv") + "无此名,无此药,Y,,\n");
        var answer = await pharmacist.PostAsync(Path, new ByteArrayContent(broken.ToArchive()));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var fault = problem.RootElement.GetProperty("faults")[0];
        fault.GetProperty("code").GetString().ShouldBe("PRX-0501");
        fault.GetProperty("field").GetString().ShouldStartWith("aliases.csv:1094");
        fault.GetProperty("en").GetString()!.ShouldContain("无此药");
        await RefusedAsync(await pharmacist.PostAsync(Path, new ByteArrayContent([1, 2, 3])), "PRX-0501");
        (await fixture.CountAsync("prescriptions.releases", "name like '%无此名%'")).ShouldBe(0);
    }

    [Fact]
    public async Task What_changes_nothing_is_no_proposal()
    {
        var archive = await quality.GetByteArrayAsync($"{Path}/current/archive");
        await RefusedAsync(await pharmacist.PostAsync(Path, new ByteArrayContent(archive)), "PRX-0506");
    }

    [Fact]
    public async Task A_published_release_cannot_be_altered_in_the_database_either()
    {
        var proposed = await ProposeAsync(pharmacist, Draft("narcotic_days,3", "narcotic_days,2"));
        await using var forge = fixture.Database.CreateCommand(
            $"update prescriptions.releases set archive = 'x' where number = {proposed.Release.Number}"
        );
        await Should.ThrowAsync<Npgsql.PostgresException>(() => forge.ExecuteNonQueryAsync());
        await using var alone = fixture.Database.CreateCommand(
            $"update prescriptions.releases set decided_by = proposed_by, decided_at = now(), publication = 99 where number = {proposed.Release.Number}"
        );
        (await Should.ThrowAsync<Npgsql.PostgresException>(() => alone.ExecuteNonQueryAsync())).ConstraintName.ShouldBe("two_people");
    }

    [Fact]
    public async Task A_replay_tells_what_a_candidate_would_change_and_changes_nothing()
    {
        var prescription = PrescriptionsFixture.Clean();
        prescription.Lines.Add(new Line { Name = "伸筋草", MilligramsPerDose = 1_000 });
        var pushed = await PushAsync(prescription);
        pushed.Audit.Findings.ShouldContain(f => f.RuleId == "dose.under");
        var rules = AuditReleaseFiles.Embedded().Text(AuditReleaseFiles.Rules);
        var candidate = AuditReleaseFiles
            .Embedded()
            .With(
                AuditReleaseFiles.Rules,
                rules.Replace("dose.under,1,dose,advise,advise", "dose.under,2,dose,double_sign,advise", StringComparison.Ordinal)
            );
        var proposed = await ProposeAsync(pharmacist, candidate);

        var lines = await ReplayAsync(operators, proposed.Release.Number, 2);

        var change = lines.Single(x => x.Change?.Id.ToString() == pushed.PrescriptionId).Change!;
        (change.Before, change.After).ShouldBe(("advise", "double_sign"));
        change.Added.ShouldContain("dose.under");
        var summary = lines[^1].Summary.ShouldNotBeNull();
        summary.Release.ShouldBe(proposed.Release.Name);
        summary.Audited.ShouldBeGreaterThanOrEqualTo(1);
        summary.Changed.ShouldBe(lines.Count - 1);
        summary.Stricter.ShouldBeGreaterThanOrEqualTo(1);
        (
            await fixture.CountAsync("prescriptions.prescriptions", $"id = '{pushed.PrescriptionId}' and state = {(int)State.Approved}")
        ).ShouldBe(1);
    }

    [Fact]
    public async Task A_replay_shows_a_quality_controller_its_region_only()
    {
        await PushAsync(PrescriptionsFixture.Clean());
        var elsewhere = fixture.Service.Client(TestTokens.Of("quality-9", "91350100M000100Y43", "350100", Roles.Quality));
        (await ReplayAsync(elsewhere, 0, 2))[^1].Summary!.Audited.ShouldBe(0);
        (await ReplayAsync(quality, 0, 2))[^1].Summary!.Audited.ShouldBeGreaterThan(0);
        (await pharmacist.GetAsync($"{Path}/0/replay")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await RefusedAsync(await quality.GetAsync($"{Path}/0/replay?days=367"), "PRX-0507");
    }

    [Fact]
    public async Task A_formula_is_told_in_the_reply_with_what_was_added()
    {
        var prescription = PrescriptionsFixture.Clean();
        prescription.Lines.Add(new Line { Name = "伸筋草", MilligramsPerDose = 6_000 });
        var audit = await AuditAsync(prescription);
        audit.Formula.ShouldNotBeNull();
        audit.Formula.Added.ShouldBe(["伸筋草"]);
        audit.Formula.Removed.ShouldBeEmpty();
    }

    private static AuditReleaseFiles Draft(string before, string after)
    {
        var files = AuditReleaseFiles.Embedded();
        var limits = files.Text(AuditReleaseFiles.Limits);
        limits.ShouldContain(before);
        return files.With(AuditReleaseFiles.Limits, limits.Replace(before, after, StringComparison.Ordinal));
    }

    private static async Task<ReleaseDetail> ProposeAsync(HttpClient by, AuditReleaseFiles files)
    {
        var answer = await by.PostAsync($"{Path}?note=试验", new ByteArrayContent(files.ToArchive()));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<ReleaseDetail>())!;
    }

    private static async Task<List<ReplayLine>> ReplayAsync(HttpClient by, long number, int days)
    {
        var answer = await by.GetAsync($"{Path}/{number}/replay?days={days}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        return
        [
            .. (await answer.Content.ReadAsStringAsync())
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(x => JsonSerializer.Deserialize<ReplayLine>(x, JsonSerializerOptions.Web)!),
        ];
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, string code)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("code").GetString().ShouldBe(code);
    }

    private async Task<AuditOutcome> AuditAsync(Prescription prescription) =>
        (
            await fixture.Client.AuditAsync(
                new TcmBrain.Contracts.Prescriptions.V1.AuditRequest { Prescription = prescription },
                PrescriptionsFixture.As(1)
            )
        ).Audit;

    private async Task<PushReply> PushAsync(Prescription prescription) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(1));
}
