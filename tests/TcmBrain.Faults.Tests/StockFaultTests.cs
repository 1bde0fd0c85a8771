using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace TcmBrain.Faults.Tests;

/// <summary>The pharmacy dies while it reserves, and lots are called back meanwhile: afterwards every gram is where the books say.</summary>
public sealed class StockFaultTests(Stand stand)
{
    [Fact]
    public async Task Killed_mid_reservation_and_lots_called_back_meanwhile_every_gram_is_accounted_for()
    {
        await stand.Platform.BeHealthyAsync();
        // A small day fills the shelves.
        var day = await stand.Platform.ToolAsync(TimeSpan.FromMinutes(5), "demo", "--count", "6");
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
                    caught += await CatchReservingAsync() ? 1 : 0;
                    await stand.KillAndRecoverAsync("pharmacy");
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

        var audit = await stand.Platform.ToolAsync(TimeSpan.FromMinutes(1), "pharmacy", "audit", "--json");
        audit.ExitCode.ShouldBe(0, audit.ToString());
        JsonDocument.Parse(audit.Output).RootElement.GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    /// <summary>Waits for a transaction that writes entries and is not committed yet.</summary>
    private async Task<bool> CatchReservingAsync()
    {
        try
        {
            await Eventually.Be(
                async () =>
                    await stand.Platform.CountAsync(
                        "pharmacy",
                        """
                        select count(*) from pg_locks l join pg_class c on c.oid = l.relation
                        where c.relname = 'entries' and l.mode = 'RowExclusiveLock' and l.database = (select oid from pg_database where datname = current_database())
                        """
                    ) > 0,
                "the pharmacy reserves",
                TimeSpan.FromSeconds(20)
            );
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
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
        using var asking = new HttpRequestMessage(HttpMethod.Post, "/oauth/token");
        asking.Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" });
        asking.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes("quality-1:dev-only-quality-1"))
        );
        using var token = await quality.SendAsync(asking);
        var access = (await token.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        quality.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", access);
        await Eventually.Be(
            async () =>
                (await quality.PostAsJsonAsync($"/api/quality/lots/{lot}/recall", new { reason = "复检不合格" })).IsSuccessStatusCode,
            "the lot is called back",
            TimeSpan.FromSeconds(30)
        );
        return lot;
    }
}
