using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.InstitutionPolicies;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.InstitutionPolicies;

/// <summary>An institution's own word on the audit: what it may say, who says it, and what comes of it. Each test has its own hospital.</summary>
public sealed class InstitutionPolicyTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private const string Path = "/api/prescriptions/audit/policy";

    [Fact]
    public async Task A_raised_level_holds_for_its_institution_alone_and_the_audit_names_it()
    {
        (await PushAsync(2, WithAlias())).State.ShouldBe(State.Approved);
        using var pharmacist = fixture.Pharmacist(2);

        var set = await SetAsync(pharmacist, 0, Levels(("format.alias", "double_sign")));

        set.StatusCode.ShouldBe(HttpStatusCode.OK);
        set.Headers.ETag!.Tag.ShouldBe("\"1\"");
        var own = await PushAsync(2, WithAlias());
        own.State.ShouldBe(State.Intercepted);
        own.Audit.Release.ShouldEndWith("@1");
        own.Audit.Findings.Single(f => f.RuleId == "format.alias").Severity.ShouldBe(Severity.DoubleSign);
        var elsewhere = await PushAsync(3, WithAlias());
        elsewhere.State.ShouldBe(State.Approved);
        elsewhere.Audit.Release.ShouldNotContain("@");
        (await PushAsync(2, PrescriptionsFixture.Clean())).Audit.Release.ShouldEndWith("@1", Case.Sensitive, "also when nothing is found");
    }

    [Fact]
    public async Task A_custom_of_its_own_decides_what_is_dispensed()
    {
        using var pharmacist = fixture.Pharmacist(4);
        (await SetAsync(pharmacist, 0, Customs(("半夏", "姜半夏")))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var prescription = PrescriptionsFixture.Clean();
        prescription.Lines[0] = new Line { Name = "半夏", MilligramsPerDose = 6000 };

        var own = await PushAsync(4, prescription.Clone());
        var elsewhere = await PushAsync(5, prescription);

        (await FirstPieceAsync(own)).ShouldBe("姜半夏");
        (await FirstPieceAsync(elsewhere)).ShouldBe("法半夏");
        own.Audit.Findings.Single(f => f.RuleId == "name.processing_by_custom").TextZh.ShouldContain("姜半夏");
    }

    [Fact]
    public async Task What_is_not_allowed_is_refused_whole_with_every_place()
    {
        using var pharmacist = fixture.Pharmacist(6);

        var refused = await SetAsync(
            pharmacist,
            0,
            new InstitutionPolicyRequest(
                new Dictionary<string, string>
                {
                    ["banned.aristolochic"] = "advise",
                    ["no.such"] = "block",
                    ["format.alias"] = "block",
                },
                new Dictionary<string, string> { ["川乌"] = "生川乌", ["半夏"] = "甘草" },
                "x"
            )
        );

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var text = await refused.Content.ReadAsStringAsync();
        foreach (var said in (string[])["PRX-0704", "levels.no.such", "PRX-0705", "levels.banned.aristolochic", "PRX-0706"])
        {
            text.ShouldContain(said);
        }

        text.ShouldNotContain("levels.format.alias");
        (await (await SetAsync(pharmacist, 0, Levels(("format.alias", "loud")))).Content.ReadAsStringAsync()).ShouldContain("PRX-0703");
        (await SetAsync(pharmacist, 0, new InstitutionPolicyRequest(null, null, " "))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var offered = (await pharmacist.GetFromJsonAsync<InstitutionPolicyAnswer>(Path))!;
        offered.Policy.Version.ShouldBe(0);
        offered.Rules.Single(x => x.RuleId == "banned.aristolochic").Levels.ShouldBe(["block"]);
        offered.Rules.Single(x => x.RuleId == "format.alias").Levels.ShouldBe(["advise", "double_sign", "resolve", "block"]);
        offered.Customs.Single(x => x.Name == "半夏").Piece.ShouldBe("法半夏");
        offered.Customs.ShouldAllBe(x => x.Pieces.Count > 0 && x.Name != "川乌");
    }

    [Fact]
    public async Task Of_two_at_once_one_stands_and_the_other_reads_again()
    {
        using var one = fixture.Pharmacist(7);
        using var other = fixture.Pharmacist(7, "second");

        var both = await Task.WhenAll(
            SetAsync(one, 0, Levels(("format.alias", "double_sign"))),
            SetAsync(other, 0, Levels(("format.alias", "block")))
        );

        both.Select(x => (int)x.StatusCode).Order().ShouldBe([200, 412]);
        (await one.PutAsJsonAsync(Path, Levels(("format.alias", "block")))).StatusCode.ShouldBe((HttpStatusCode)428);
        (await SetAsync(one, 1, new InstitutionPolicyRequest(null, null, "back to the release"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var history = await one.GetFromJsonAsync<InstitutionPolicyHistory>(Path + "/history");
        history!.Items.Select(x => x.Version).ShouldBe([2, 1]);
        history.Items[0].Levels.ShouldBeEmpty();
        history.Items[1].SetBy.ShouldNotBeEmpty();
        (await PushAsync(7, WithAlias())).State.ShouldBe(State.Approved);
    }

    [Fact]
    public async Task Another_replica_hears_of_it_and_the_book_cannot_be_rewritten()
    {
        using var pharmacist = fixture.Pharmacist(8);
        await using var replica = await (await fixture.ReplicaAsync("Lifecycle:DueSeconds", "5")).HealthyAsync();
        await SetAsync(pharmacist, 0, Levels(("format.alias", "resolve")));
        var code = Contracts.Demo.DemoRegion.Hospitals[7].Code;

        await Eventually.Be(
            () => Task.FromResult(replica.Services.GetRequiredService<InstitutionPolicyBook>().Of(code)?.Version == 1),
            "heard"
        );

        foreach (var sql in (string[])["update {0} set reason = 'x'", "delete from {0}"])
        {
            var refusal = await Should.ThrowAsync<Npgsql.PostgresException>(() =>
                Storage.Sql.TextAsync(fixture.Database, string.Format(sql, "prescriptions.institution_policies"))
            );
            refusal.MessageText.ShouldContain("append-only");
        }
    }

    [Fact]
    public async Task Nothing_is_judged_before_rules_and_register_are_read()
    {
        // A server that is not there: the three tables cannot be read.
        await using var early = await fixture.ReplicaAsync("ConnectionStrings:database", "Host=127.0.0.1;Port=1;Username=x;Database=x");
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(early.Grpc);
        var client = new PrescriptionService.PrescriptionServiceClient(channel);

        var refusal = await Should.ThrowAsync<Grpc.Core.RpcException>(async () =>
            await client.AuditAsync(new AuditRequest { Prescription = PrescriptionsFixture.Clean() }, PrescriptionsFixture.As(1))
        );

        refusal.StatusCode.ShouldBe(Grpc.Core.StatusCode.Unavailable);
        refusal.Trailers.GetValue("tcm-code").ShouldBe("PRX-0291");
    }

    private static Prescription WithAlias()
    {
        var prescription = PrescriptionsFixture.Clean();
        prescription.Lines[0] = new Line { Name = "双花", MilligramsPerDose = 10_000 };
        return prescription;
    }

    private static InstitutionPolicyRequest Levels(params (string Rule, string Level)[] levels) =>
        new(levels.ToDictionary(x => x.Rule, x => x.Level), null, "本院规定");

    private static InstitutionPolicyRequest Customs(params (string Name, string Piece)[] customs) =>
        new(null, customs.ToDictionary(x => x.Name, x => x.Piece), "本院处方应付");

    private static async Task<HttpResponseMessage> SetAsync(HttpClient by, int version, InstitutionPolicyRequest request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Put, Path) { Content = JsonContent.Create(request) };
        message.Headers.IfMatch.Add(new($"\"{version}\""));
        return await by.SendAsync(message);
    }

    private async Task<PushReply> PushAsync(int hospital, Prescription prescription) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(hospital));

    private Task<string> FirstPieceAsync(PushReply pushed) =>
        Storage.Sql.TextAsync(
            fixture.Database,
            $"""
            select payload::jsonb -> 'lines' -> 0 ->> 'piece' from exchange.outbox
            where type like '%pproved' and aggregate_id = '{pushed.PrescriptionId}'
            """
        );
}
