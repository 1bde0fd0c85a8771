using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace TcmBrain.Faults.Tests;

/// <summary>The pharmacy dies while it reserves, and lots are called back meanwhile: afterwards every gram is where the books say.</summary>
public sealed class StockFaultTests(Stand stand)
{
    [Fact]
    public async Task Killed_mid_reservation_and_lots_called_back_meanwhile_every_gram_is_accounted_for()
    {
        await stand.Platform.BeHealthyAsync(Stand.Recovery);
        // A small day fills the shelves.
        var day = await stand.Platform.ToolAsync(TimeSpan.FromMinutes(20), "demo", "--count", "6");
        day.ExitCode.ShouldBe(0, day.ToString());
        var caught = 0;
        var recalled = new List<Guid>();
        await stand.SurviveAsync(
            1_200,
            perSecond: 80,
            async seed =>
            {
                for (var round = 0; round < 3; round++)
                {
                    // Once it must be caught, whatever a slow machine takes; later nothing may be left to be reserved.
                    caught += await KillReservingAsync(caught == 0 ? Stand.Recovery : TimeSpan.FromSeconds(60)) ? 1 : 0;
                    recalled.Add(await RecallAsync());
                    await stand.GoesOnAsync(seed, 1_200);
                }
            }
        );
        caught.ShouldBeGreaterThan(0, "a reservation was under way when the pharmacy was killed");
        foreach (var lot in recalled)
        {
            (
                await stand.Platform.CountAsync(
                    "pharmacy",
                    "select available + reserved from pharmacy.lot_balances b join pharmacy.lots l on l.id = b.lot_id where l.id = $1 and l.status = 'frozen'",
                    lot
                )
            ).ShouldBe(0, "nothing of a lot that was called back is free or held");
        }

        var audit = await stand.Platform.ToolAsync(TimeSpan.FromMinutes(5), "pharmacy", "audit", "--json");
        audit.ExitCode.ShouldBe(0, audit.ToString());
        JsonDocument.Parse(audit.Output).RootElement.GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    /// <summary>
    /// Kills the pharmacy while a transaction of it has written entries and is not committed: where it would tell of them it is held up until the
    /// pharmacy is dead.
    /// </summary>
    /// <returns>false when nothing is left to be reserved</returns>
    private async Task<bool> KillReservingAsync(TimeSpan within)
    {
        await using var connection = await stand.Platform.Database("pharmacy").OpenConnectionAsync();
        await using var holding = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("lock table exchange.outbox in share mode", connection, holding))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var caught = true;
        try
        {
            await Eventually.Be(
                async () =>
                    await stand.Platform.CountAsync(
                        "pharmacy",
                        """
                        select count(*) from pg_locks written join pg_locks waiting using (pid)
                        where written.relation = 'pharmacy.entries'::regclass and written.mode = 'RowExclusiveLock' and written.granted
                          and waiting.relation = 'exchange.outbox'::regclass and not waiting.granted
                          and written.database = (select oid from pg_database where datname = current_database())
                        """
                    ) > 0,
                "the pharmacy reserves",
                within
            );
        }
        catch (TimeoutException)
        {
            caught = false;
        }

        await stand.KillAndRecoverAsync("pharmacy", () => holding.RollbackAsync());
        return caught;
    }

    /// <summary>Quality calls back the lot of which most is reserved.</summary>
    private async Task<Guid> RecallAsync()
    {
        await using var command = stand
            .Platform.Database("pharmacy")
            .CreateCommand(
                "select b.lot_id from pharmacy.lot_balances b join pharmacy.lots l on l.id = b.lot_id where l.status = 'available' order by b.reserved desc limit 1"
            );
        var lot = (Guid)(await command.ExecuteScalarAsync())!;
        using var quality = new HttpClient { BaseAddress = stand.Platform.Http };
        await Eventually.Be(
            async () =>
            {
                quality.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(quality));
                using var answer = await quality.PostAsJsonAsync($"/api/quality/lots/{lot}/recall", new { reason = "复检不合格" });
                return answer.IsSuccessStatusCode;
            },
            "the lot is called back",
            Stand.Recovery
        );
        return lot;
    }

    private static async Task<string> TokenAsync(HttpClient client)
    {
        using var asking = new HttpRequestMessage(HttpMethod.Post, "/oauth/token");
        asking.Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" });
        asking.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes("quality-1:dev-only-quality-1"))
        );
        using var token = await client.SendAsync(asking);
        return (await token.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}
