using System.Net;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>What goes wrong at the bench: replicas that go away, things sent twice, races, and scans that are none.</summary>
public sealed partial class BenchTests
{
    [Fact]
    public async Task A_replica_that_goes_away_between_two_doses_takes_nothing_with_it()
    {
        var set = await StartedAsync();
        await using (var gone = await house.ReplicaAsync())
        {
            using var before = gone.Client(TestTokens.Of("dispenser-1", set.Centre, House.County, "dispenser"));
            await Dose(before, set, 1);
            await Dose(before, set, 2, 10_100);
        }

        using var dispenser = house.Dispenser(set.Centre);
        var next = (await dispenser.JsonAsync($"/api/pharmacy/dispensings/{set.Id}")).GetProperty("next");
        (next.GetProperty("action").GetString(), next.GetProperty("dose").GetInt32()).ShouldBe(("weigh", 3));
        // What was not answered is sent again, and counts once.
        await Dose(dispenser, set, 2, 10_100);
        for (var dose = 3; dose <= 7; dose++)
        {
            await Dose(dispenser, set, dose);
        }

        (await dispenser.SendAsync(At(set.Id, "finish"), new { })).Status.ShouldBe(HttpStatusCode.OK);
        (await house.LotAsync(set.Lot)).Dispensed.ShouldBe(70.1m);
    }

    [Fact]
    public async Task Doses_sent_at_once_and_twice_count_once_each()
    {
        var set = await StartedAsync();
        using var dispenser = house.Dispenser(set.Centre);

        var answers = await Task.WhenAll(Enumerable.Range(0, 21).Select(i => Dose(dispenser, set, i % 7 + 1)));

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        (await house.ScalarAsync<long>("select weighed from pharmacy.allocations where prescription_id = $1", set.Id)).ShouldBe(70_000);
    }

    [Fact]
    public async Task Closing_racing_with_finishing_leaves_it_whole_on_one_side()
    {
        for (var round = 0; round < 4; round++)
        {
            var set = await StartedAsync();
            using var dispenser = house.Dispenser(set.Centre);
            using var head = house.Service.Client(TestTokens.Of("head-1", set.Centre, House.County, "pharmacist"));
            for (var dose = 1; dose <= 7; dose++)
            {
                await Dose(dispenser, set, dose);
            }

            var finishing = dispenser.SendAsync(At(set.Id, "finish"), new { });
            await Task.WhenAll(finishing, head.SendAsync($"/api/pharmacy/centres/{set.Centre}/close", new { reason = "停电" }));

            // What was weighed to the end before it closed is checked and finished there; anything else is given back whole.
            var finished = (await finishing).Status == HttpStatusCode.OK;
            await Eventually.Be(async () => await house.StateAsync(set.Id) == (finished ? "dispensed" : "short"), "it is decided");
            (await house.LotAsync(set.Lot)).ShouldBe(finished ? (0, 930, 0, 70m) : (0, 1000, 0, 0m));
        }
    }

    [Theory]
    [InlineData("L-1", "L-1", null)]
    [InlineData("(01)06901234567892(17)281231(10)L-1", "L-1", "2028-12-31")]
    [InlineData("]C101069012345678921728020010L-1\u001d3103000500", "L-1", "2028-02-29")]
    [InlineData("010690123456789210L-1", "L-1", null)]
    [InlineData("https://id.example/01/06901234567892/10/L%2D1?17=281231", "L-1", "2028-12-31")]
    [InlineData("20261122", "20261122", null)]
    public void A_scan_is_read_as_lot_number_or_gs1(string text, string lot, string? expires)
    {
        var code = Dispensing.ScannedCode.Parse(text)!;

        code.LotNumber.ShouldBe(lot);
        code.ExpiresOn?.ToString("yyyy-MM-dd").ShouldBe(expires);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("(01)06901234567892")]
    [InlineData("https://id.example/01/06901234567892")]
    [InlineData("a\u0007b")]
    public void What_is_neither_is_refused(string text) => Dispensing.ScannedCode.Parse(text).ShouldBeNull();
}
