using System.Net;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>The ledger follows a decoction that nobody may take.</summary>
public sealed class ScrapTests(House house)
{
    [Fact]
    public async Task What_was_handed_out_for_it_is_lost_once_and_no_gram_goes_missing()
    {
        var (centre, piece) = (await house.CentreAsync(), house.Piece());
        var lot = await house.StockAsync(centre, piece, 1000, lotNumber: "SCRAP-1");
        var id = await house.ReservedAsync(house.Approved((piece, 10)));
        using var dispenser = house.Dispenser(centre);
        using var checker = house.Checker(centre);
        var portions = new[]
        {
            new
            {
                lineNumber = 1,
                lotNumber = "SCRAP-1",
                milligrams = 70_000,
            },
        };
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/weights", new { portions }, HttpMethod.Put);
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { });
        (
            await checker.SendAsync($"/api/pharmacy/dispensings/{id}/check", new { items = new[] { new { lineNumber = 1 } } })
        ).Status.ShouldBe(HttpStatusCode.OK);
        (await house.LotAsync(lot)).Dispensed.ShouldBe(70);

        for (var version = 5; version <= 6; version++)
        {
            await Told.TakenInAsync(house.Database, await house.Decoction.TellAsync(Scrapped(id, version)));
        }

        (await house.LotAsync(lot)).ShouldBe((0, 930, 0, 0));
        (
            await house.ScalarAsync<long>(
                "select coalesce(sum(milligrams), 0)::bigint from pharmacy.entries where lot_id = $1 and to_account = 'lost'",
                lot
            )
        ).ShouldBe(70_000);
        (await LedgerAudit.RunAsync(house.Database, TestContext.Current.CancellationToken)).ShouldAllBe(c => c.Ok);
    }

    private static DecoctionScrapped Scrapped(Guid id, int version) =>
        new()
        {
            AggregateId = id,
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = "",
            Revision = 1,
            CentreCode = "",
            Step = "first-boil",
            Reason = "烧焦",
            DecidedBy = "俞秋实",
        };
}
