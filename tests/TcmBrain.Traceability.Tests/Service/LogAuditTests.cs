using System.Security.Cryptography;
using Npgsql;
using TcmBrain.Testing;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>A log of three hundred events under heads of 10, 270 and 300 leaves: one service writes it for all tests.</summary>
public sealed class WholeLog(Servers servers) : IAsyncLifetime
{
    private string connection = "";

    public string VerifierKey { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await using var service = await TraceService.StartAsync(servers, TimeSpan.FromDays(1));
        var scope = new EventScope(Guid.CreateVersion7(), Story.Hospital, Story.Centre, Story.Region);
        foreach (var count in (int[])[10, 260, 30])
        {
            await service.AppendAsync([.. Enumerable.Range(0, count).Select(_ => Drafts.New(scope))]);
            await service.SignAsync();
        }

        (connection, VerifierKey) = (service.Connection, service.Key.VerifierKey);
    }

    /// <summary>
    /// The audit of the log as a database administrator could leave it who switches the triggers off. Undone afterwards.
    /// </summary>
    public async Task<LogAuditReport> AuditAfterAsync(string change, IReadOnlyList<string>? verifierKeys)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        await using var session = await database.OpenConnectionAsync();
        await using var undone = await session.BeginTransactionAsync();
        await using var tamper = new NpgsqlCommand($"set local session_replication_role = replica; {change}", session);
        await tamper.ExecuteNonQueryAsync();
        return await LogAudit.RunAsync(session, verifierKeys, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Whatever is changed behind the service's back is found, and where.</summary>
public sealed class LogAuditTests(Servers servers, WholeLog whole) : IClassFixture<WholeLog>
{
    [Theory]
    [InlineData("update traceability.event set body = replace(body, 'storing', 'holding') where leaf_index = 3", "leaf", "3")]
    [InlineData("update traceability.event set body = replace(body, 'storing', 'holding') where leaf_index = 3", "event-hash", "3")]
    [InlineData("update traceability.event set body = 'not json' where leaf_index = 3", "event-hash", "3")]
    [InlineData("update traceability.event set event_hash = sha256('x') where leaf_index = 3", "event-hash", "3")]
    [InlineData("update traceability.event set captured_by = 'another' where leaf_index = 3", "leaf", "3")]
    [InlineData("update traceability.event set institution_code = '12330782479876543A' where leaf_index = 3", "leaf", "3")]
    [InlineData("update traceability.event set prescription_id = null where leaf_index = 3", "leaf", "3")]
    [InlineData("update traceability.event set recorded_at = recorded_at - interval '1 day' where leaf_index = 3", "leaf", "3")]
    [InlineData("update traceability.event set event_time = event_time - interval '1 day' where leaf_index = 3", "event-hash", "3")]
    [InlineData("update traceability.event set error_declaration = true where leaf_index = 3", "leaf", "3")]
    [InlineData("delete from traceability.event where leaf_index = 3", "gap", "3..3")]
    [InlineData("delete from traceability.event where leaf_index = 299", "head", "log")]
    [InlineData("delete from traceability.event where leaf_index >= 290", "root", "270..299")]
    [InlineData("update traceability.event_item set item = 'urn:x:other' where leaf_index = 3", "items", "3")]
    [InlineData("delete from traceability.event_item where leaf_index = 3", "items", "3")]
    [InlineData("update traceability.tree_node set hash = sha256('x') where level = 0 and index = 3", "leaf", "3")]
    [InlineData("update traceability.tree_node set hash = sha256('x') where level = 1 and index = 0", "node", "1/0")]
    [InlineData("delete from traceability.tree_node where level = 0 and index = 3", "node", "0/3")]
    [InlineData("insert into traceability.tree_node (level, index, hash) values (0, 300, sha256('x'))", "node", "0/300")]
    [InlineData("update traceability.checkpoint set root_hash = sha256('x') where sequence = 2", "root", "10..269")]
    [InlineData("update traceability.checkpoint set note = replace(note, '270', '271') where sequence = 2", "signature", "checkpoint 2")]
    [InlineData("delete from traceability.checkpoint where sequence = 2", "head", "checkpoint 3")]
    [InlineData("update traceability.log set size = 301", "head", "log")]
    public async Task A_change_by_hand_is_found_and_located(string change, string rule, string where)
    {
        var report = await whole.AuditAfterAsync(change, [whole.VerifierKey]);

        report.Findings.Select(f => (f.Rule, f.Where)).ShouldContain((rule, where));
    }

    [Fact]
    public async Task An_event_rewritten_with_its_leaf_is_found_under_the_first_head_signed_over_it()
    {
        var forged = Drafts.New();
        var at = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var body = forged.Body(at);
        var leaf = Convert.ToHexString(Leaf.Hash(Leaf.Text(forged.Hash, false, body, TraceDraft.Platform, at, EventScope.None)));
        var report = await whole.AuditAfterAsync(
            $"""
            update traceability.event set body = $b${body}$b$, event_hash = '\x{Convert.ToHexString(
                forged.Hash
            )}', recorded_at = '{at:O}', captured_by = 'platform',
                prescription_id = null, institution_code = null, centre_code = null, region_code = null where leaf_index = 15;
            update traceability.tree_node set hash = '\x{leaf}' where level = 0 and index = 15;
            update traceability.event_item set item = '{forged.Items[0].Item}' where leaf_index = 15
            """,
            [whole.VerifierKey]
        );

        report.Findings.Select(f => (f.Rule, f.Where)).ShouldContain(("root", "10..269"));
        report.Findings.ShouldNotContain(f => f.Rule == "leaf" || f.Rule == "event-hash");
    }

    [Fact]
    public async Task An_untouched_log_passes_and_with_another_key_no_signature_does()
    {
        var report = await whole.AuditAfterAsync("select 1", [whole.VerifierKey]);
        report.Findings.ShouldBeEmpty();
        (report.Ok, report.Events, report.SignedSize, report.Checkpoints).ShouldBe((true, 300, 300, 3));
        (await whole.AuditAfterAsync("select 1", null)).Ok.ShouldBeTrue();

        using var other = LogKey.FromSeed("tcmbrain.example/trace", Convert.ToBase64String(SHA256.HashData("other"u8)));
        (await whole.AuditAfterAsync("select 1", [other.VerifierKey])).Findings.Count(f => f.Rule == "signature").ShouldBe(3);
    }

    [Fact]
    public async Task An_empty_log_passes()
    {
        var report = await LogAudit.RunAsync(await servers.DatabaseAsync("traceability"));
        report.ShouldSatisfyAllConditions(r => r.Ok.ShouldBeTrue(), r => r.Events.ShouldBe(0));
    }
}
