using Npgsql;
using TcmBrain.Testing;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Tests.Service;

public sealed class LogTests(Servers servers)
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [Fact]
    public async Task Appending_side_by_side_leaves_no_gap_also_where_works_are_given_up()
    {
        await using var service = await TraceService.StartAsync(servers);
        var kept = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 160),
            new ParallelOptions { MaxDegreeOfParallelism = 12 },
            async (i, _) =>
            {
                var commit = i % 4 != 0;
                var count = 1 + (i % 7);
                await service.AppendAsync(Drafts.New(count), commit);
                Interlocked.Add(ref kept, commit ? count : 0);
            }
        );

        (await service.ScalarAsync<long>("select size from traceability.log")).ShouldBe(kept);
        (
            await service.ScalarAsync<long>(
                "select count(*) from traceability.event where leaf_index between 0 and (select size - 1 from traceability.log)"
            )
        ).ShouldBe(kept);
        await Eventually.Be(async () => (await service.AuditAsync()).SignedSize == kept, "the last leaf is signed");
        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_work_that_dies_before_its_commit_leaves_nothing_behind()
    {
        await using var service = await TraceService.StartAsync(servers, Never);
        await service.AppendAsync(Drafts.New(3));
        var lost = Drafts.New(300);
        await using (var work = await service.Exchange.BeginAsync())
        {
            var turn = await service.Log.TakeTurnAsync(work, CancellationToken.None);
            (await turn.AppendAsync(lost, CancellationToken.None))[0].LeafIndex.ShouldBe(3);
            await service.ExecuteAsync($"select pg_terminate_backend({work.Connection.ProcessID})");
            await Should.ThrowAsync<NpgsqlException>(() => work.CommitAsync());
        }

        (await service.AppendAsync([lost[^1]]))[0].ShouldBe(new Appended(lost[^1], 3, true));
        (await service.ScalarAsync<long>("select count(*) from traceability.tree_node")).ShouldBe(4);
        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_leaf_is_proven_under_every_signed_head_and_every_head_continues_the_one_before()
    {
        await using var service = await TraceService.StartAsync(servers, Never);
        foreach (var count in (int[])[1, 1, 5, 250, 300, 13])
        {
            await service.AppendAsync(Drafts.New(count));
            (await service.SignAsync()).ShouldBeTrue();
            (await service.SignAsync()).ShouldBeFalse();
        }

        await using var connection = await service.Database.OpenConnectionAsync();
        var heads = await HeadsAsync(connection);
        heads.Select(h => h.TreeSize).ShouldBe([1, 2, 7, 257, 557, 570]);
        var leaves = await LeavesAsync(connection);
        foreach (var head in (SignedHead[])[heads[2], heads[3], heads[^1]])
        {
            for (var index = 0; index < head.TreeSize; index += head.TreeSize > 300 ? 3 : 1)
            {
                var proof = await TreeReader.InclusionProofAsync(connection, index, head.TreeSize, CancellationToken.None);
                Merkle
                    .VerifyInclusion(index, head.TreeSize, leaves[index], proof, head.RootHash)
                    .ShouldBeTrue($"{index} in {head.TreeSize}");
            }
        }

        foreach (var (before, after) in heads.SelectMany(b => heads.Where(a => a.TreeSize >= b.TreeSize).Select(a => (b, a))))
        {
            var proof = await TreeReader.ConsistencyProofAsync(connection, before.TreeSize, after.TreeSize, CancellationToken.None);
            Merkle.VerifyConsistency(before.TreeSize, after.TreeSize, before.RootHash, after.RootHash, proof).ShouldBeTrue();
        }

        (await service.ScalarAsync<long>("select count(*) from traceability.tree_node where level = 1")).ShouldBe(2);
        (await service.ScalarAsync<long>("select count(*) from exchange.outbox where type = 'TreeHeadSigned'")).ShouldBe(6);
    }

    [Theory]
    [InlineData("update traceability.event set region_code = '110000'")]
    [InlineData("delete from traceability.event_item")]
    [InlineData("delete from traceability.event where false")]
    [InlineData("truncate traceability.event cascade")]
    [InlineData("update traceability.event_item set item = 'x'")]
    [InlineData("update traceability.tree_node set hash = hash")]
    [InlineData("truncate traceability.tree_node")]
    [InlineData("delete from traceability.checkpoint")]
    [InlineData("update traceability.allocation set number = 1")]
    [InlineData("delete from traceability.log")]
    [InlineData("delete from traceability.log_key")]
    public async Task The_database_refuses_to_change_the_past(string sql)
    {
        await using var database = NpgsqlDataSource.Create(await servers.DatabaseAsync("traceability"));
        await using var command = database.CreateCommand(sql);
        (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState.ShouldBe(
            PostgresErrorCodes.RestrictViolation
        );
    }

    [Fact]
    public async Task A_log_that_does_not_continue_its_signed_head_is_not_signed_again()
    {
        await using var service = await TraceService.StartAsync(servers, Never);
        await service.AppendAsync(Drafts.New(5));
        await service.SignAsync();
        await service.AppendAsync(Drafts.New(2));
        await service.TamperAsync("update traceability.log set frontier[1] = sha256('other')");

        await Should.ThrowAsync<LogDamagedException>(service.SignAsync);

        (await service.ScalarAsync<long>("select count(*) from traceability.checkpoint")).ShouldBe(1);
    }

    [Fact]
    public async Task An_event_and_its_error_declaration_are_two_leaves()
    {
        await using var service = await TraceService.StartAsync(servers);
        var wrong = Drafts.Event();
        var declared = (System.Text.Json.Nodes.JsonObject)wrong.DeepClone();
        declared["errorDeclaration"] = new System.Text.Json.Nodes.JsonObject
        {
            ["declarationTime"] = "2024-11-20T09:00:00.000+08:00",
            ["reason"] = "incorrect_data",
        };
        var one = new TraceDraft(wrong, EventScope.None, "party");
        var two = new TraceDraft(declared, EventScope.None, "party");

        two.Hash.ShouldBe(one.Hash);
        (await service.AppendAsync([one, two, one, two]))
            .Select(a => (a.LeafIndex, a.IsNew))
            .ShouldBe([(0, true), (1, true), (0, false), (1, false)]);
        (await service.AppendAsync([two])).Single().IsNew.ShouldBeFalse();
        (await service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    private static async Task<List<SignedHead>> HeadsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "select sequence, tree_size, root_hash, note, signed_at from traceability.checkpoint order by 1",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync();
        var heads = new List<SignedHead>();
        while (await reader.ReadAsync())
        {
            heads.Add(CheckpointStore.Read(reader));
        }

        return heads;
    }

    private static async Task<List<byte[]>> LeavesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select hash from traceability.tree_node where level = 0 order by index", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var leaves = new List<byte[]>();
        while (await reader.ReadAsync())
        {
            leaves.Add(reader.GetFieldValue<byte[]>(0));
        }

        return leaves;
    }
}
