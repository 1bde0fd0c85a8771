using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Queries;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>What a stranger does with the log: makes roots of tiles, keeps checkpoints, checks proofs without asking anybody.</summary>
public sealed class TileTests(Servers servers, TileTests.Running running) : IClassFixture<TileTests.Running>
{
    private const int Size = 700;

    public sealed class Running(Servers servers) : IAsyncLifetime
    {
        internal TraceService Service { get; private set; } = null!;

        internal List<TraceDraft> Drafts { get; } = Tests.Service.Drafts.New(Size);

        public async ValueTask InitializeAsync()
        {
            Service = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));
            await Service.AppendAsync(Drafts);
            await Service.SignAsync();
        }

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }

    private TraceService Service => running.Service;

    [Fact]
    public async Task The_signed_root_is_that_of_the_tiles()
    {
        using var stranger = Service.Anonymous();
        var head = Checkpoint.Open(await stranger.GetStringAsync("/log/checkpoint"), Service.Key)!;
        head.TreeSize.ShouldBe(Size);
        var tree = new CompactRange();
        foreach (var tile in (string[])["0/000", "0/001", "0/002.p/188"])
        {
            foreach (var hash in (await stranger.GetByteArrayAsync("/log/tile/" + tile)).Chunk(32))
            {
                tree.Append(hash, []);
            }
        }

        tree.Root().ShouldBe(head.RootHash);
        var upper = await stranger.GetByteArrayAsync("/log/tile/1/000.p/2");
        upper.Chunk(32).Count().ShouldBe(2);
        var full = await stranger.GetAsync("/log/tile/0/000");
        full.Headers.CacheControl!.ToString().ShouldContain("immutable");
        // A narrower tile is the begin of the wider one.
        (await stranger.GetByteArrayAsync("/log/tile/0/002.p/7")).ShouldBe(
            (await stranger.GetByteArrayAsync("/log/tile/0/002.p/188"))[..224]
        );
    }

    [Theory]
    [InlineData("0/002", HttpStatusCode.NotFound)]
    [InlineData("0/002.p/189", HttpStatusCode.NotFound)]
    [InlineData("1/000", HttpStatusCode.NotFound)]
    [InlineData("2/000.p/1", HttpStatusCode.NotFound)]
    [InlineData("0/x999/x999/x999/x999/x999/999", HttpStatusCode.NotFound)]
    [InlineData("0/2", HttpStatusCode.BadRequest)]
    [InlineData("entries/000", HttpStatusCode.BadRequest)]
    public async Task What_the_signed_tree_does_not_have_is_not_served(string tile, HttpStatusCode status)
    {
        using var stranger = Service.Anonymous();
        (await stranger.GetAsync("/log/tile/" + tile)).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task The_entries_are_the_leaves_and_only_for_those_who_oversee()
    {
        using var regulator = Service.As("", Story.Region, Roles.Regulator);
        var bundle = await regulator.GetByteArrayAsync("/api/traceability/log/entries/002.p/188");
        var hashes = new List<byte[]>();
        for (var at = 0; at < bundle.Length; )
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
            hashes.Add(Merkle.LeafHash(bundle.AsSpan(at + 2, length)));
            at += 2 + length;
        }

        hashes.SelectMany(h => h).ShouldBe(await regulator.GetByteArrayAsync("/log/tile/0/002.p/188"));
        using var hospital = Service.Hospital();
        (await hospital.GetAsync("/api/traceability/log/entries/000")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var stranger = Service.Anonymous();
        (await stranger.GetAsync("/api/traceability/log/entries/000")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_proof_holds_offline_and_no_changed_one_does()
    {
        using var client = Service.Operator();
        var hash = Convert.ToHexStringLower(running.Drafts[500].Hash);
        var json = await client.GetStringAsync($"/api/traceability/events/{hash}/proof");
        var key = Service.Key.VerifierKey;
        var proof = System.Text.Json.JsonSerializer.Deserialize<InclusionProof>(json, System.Text.Json.JsonSerializerOptions.Web)!;

        ProofFile
            .Verify(json, key)
            .ShouldSatisfyAllConditions(
                v => (v.Holds, v.Trusted, v.EventChecked, v.LeafIndex, v.TreeSize).ShouldBe((true, true, true, 500, Size)),
                v => v.EventHash.ShouldBe(EventHash.Text(running.Drafts[500].Hash))
            );
        ProofFile.Verify(json, null).ShouldSatisfyAllConditions(v => v.Holds.ShouldBeTrue(), v => v.Trusted.ShouldBeFalse());
        ProofFile.Verify(proof.TlogProof, key).Holds.ShouldBeTrue();
        ProofFile.Verify(proof.TlogProof, null).Holds.ShouldBeFalse();
        using var other = LogKey.FromSeed(Service.Key.Name, Convert.ToBase64String(new byte[32]));
        foreach (
            var changed in (InclusionProof[])
                [
                    proof with
                    {
                        Event = proof.Event!.Replace("storing", "holding", StringComparison.Ordinal),
                    },
                    proof with
                    {
                        Leaf = proof.Leaf.Replace("platform", "somebody", StringComparison.Ordinal),
                    },
                    proof with
                    {
                        LeafIndex = 501,
                    },
                    proof with
                    {
                        Hashes = [.. proof.Hashes.Skip(1)],
                    },
                    proof with
                    {
                        Hashes = [.. proof.Hashes.Reverse()],
                    },
                    proof with
                    {
                        Checkpoint = proof.Checkpoint.Replace("\n700\n", "\n701\n", StringComparison.Ordinal),
                    },
                    proof with
                    {
                        Checkpoint = new Checkpoint(Service.Key.Name, Size, new byte[32]).Sign(other),
                    },
                ]
        )
        {
            ProofFile
                .Verify(System.Text.Json.JsonSerializer.Serialize(changed, System.Text.Json.JsonSerializerOptions.Web), key)
                .Holds.ShouldBeFalse();
        }

        foreach (var bad in (string[])["", "{}", "[]", "c2sp.org/tlog-proof@v1\n", "{\"leaf\":1}", proof.TlogProof[..200]])
        {
            ProofFile.Verify(bad, key).Holds.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Anothers_event_is_proven_without_its_content()
    {
        var lot = "https://id.gs1.org/01/06901234001006/10/PROOF";
        var seen = Drafts.Event();
        seen.Remove("epcList");
        seen["quantityList"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["epcClass"] = lot });
        var used = Tests.Graph.Chain.Made("proof", "x:1", "y:1");
        used["@context"] = Drafts.Event()["@context"]!.DeepClone();
        used["inputQuantityList"]![0]!["epcClass"] = lot;
        await using var own = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));
        var scope = new EventScope(Guid.CreateVersion7(), Story.Hospital, Story.Centre, Story.Region);
        var lots = new TraceDraft(seen, EventScope.None with { CentreCode = Story.Centre }, TraceDraft.Platform);
        await own.AppendAsync([lots, new TraceDraft(used, scope, TraceDraft.Platform)]);
        await own.SignAsync();
        using var hospital = own.Hospital();

        var proof = await hospital.GetFromJsonAsync<InclusionProof>(
            $"/api/traceability/events/{Convert.ToHexStringLower(lots.Hash)}/proof"
        );

        proof!.Event.ShouldBeNull();
    }

    [Fact]
    public async Task A_witness_follows_a_growing_log_and_finds_one_that_was_rewritten()
    {
        await using var log = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));
        using var client = log.Anonymous();
        using var own = LogKey.FromSeed("witness.example/w1", Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()));
        await log.AppendAsync(Drafts.New(5));
        await log.SignAsync();
        var first = await Witness.LookAsync(client, log.Key, null, own, CancellationToken.None);
        (first.From, first.To, first.Grew).ShouldBe((0, 5, true));
        Checkpoint.Open(first.Note, log.Key).ShouldNotBeNull();
        own.Open(first.Note).ShouldNotBeNull();
        await log.AppendAsync(Drafts.New(9));
        await log.SignAsync();
        var second = await Witness.LookAsync(client, log.Key, first.Note, own, CancellationToken.None);
        (second.From, second.To, second.Grew).ShouldBe((5, 14, true));
        (await Witness.LookAsync(client, log.Key, second.Note, null, CancellationToken.None)).Grew.ShouldBeFalse();

        // The log's owner, key in hand, shows others another history.
        using var owner = LogKey.FromSeed(log.Key.Name, TraceService.Seed);
        foreach (var (size, what) in (IEnumerable<(long, string)>)[(14, "another history"), (5, "does not continue"), (20, "taken back")])
        {
            var shown = new Checkpoint(owner.Name, size, Merkle.LeafHash("forged"u8)).Sign(owner);
            var refused = await Should.ThrowAsync<LogForkedException>(() =>
                Witness.LookAsync(client, log.Key, shown, null, CancellationToken.None)
            );
            refused.Message.ShouldContain(what);
        }

        using var stranger = LogKey.FromSeed(log.Key.Name, Convert.ToBase64String(new byte[32]));
        await Should.ThrowAsync<LogForkedException>(() => Witness.LookAsync(client, stranger, null, null, CancellationToken.None));
    }

    [Theory]
    [InlineData("update traceability.event set body = replace(body, 'storing', 'holding') where leaf_index = 612", "leaf", 612)]
    [InlineData("update traceability.event set captured_by = 'x' where leaf_index = 3", "leaf", 3)]
    [InlineData("delete from traceability.event where leaf_index = 77", "gap", 77)]
    [InlineData("update traceability.tree_node set hash = sha256('x') where level = 0 and index = 9", "leaf", 9)]
    [InlineData("delete from traceability.tree_node where level = 0 and index = 10", "node", 10)]
    public async Task The_background_auditor_raises_an_alarm_once(string change, string rule, long leaf)
    {
        await using var log = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));
        await log.AppendAsync(Drafts.New(700));
        await log.SignAsync();
        while (!await log.Auditor.StepAsync(CancellationToken.None)) { }

        using var regulator = log.As("", Story.Region, Roles.Regulator);
        (await regulator.GetFromJsonAsync<AlarmList>("/api/traceability/alarms"))!.Items.ShouldBeEmpty();

        await log.TamperAsync(change);
        for (var round = 0; round < 2; round++)
        {
            while (!await log.Auditor.StepAsync(CancellationToken.None)) { }
        }

        var alarms = (await regulator.GetFromJsonAsync<AlarmList>("/api/traceability/alarms"))!.Items;
        alarms.Select(a => (a.Rule, a.LeafIndex)).ShouldContain((rule, leaf));
        alarms.Count.ShouldBeLessThanOrEqualTo(2);
        using var hospital = log.Hospital();
        (await hospital.GetAsync("/api/traceability/alarms")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Encoding.UTF8.GetByteCount(alarms[0].Zh).ShouldBeGreaterThan(0);
    }
}
