using Npgsql;
using TcmBrain.Pharmacy.Ledger;

namespace TcmBrain.Pharmacy.Tests;

public sealed class ReservationLoadTests(House house, ITestOutputHelper output)
{
    [Fact]
    public async Task Twenty_lines_each_with_contended_herbs_until_the_shelves_are_empty()
    {
        await using var database = NpgsqlDataSource.Create(await house.DatabaseAsync());
        var load = new ReservationLoad(database);
        await load.PrepareAsync(herbs: 60, lotsPerHerb: 3, gramsPerLot: 2000);

        var result = await load.RunAsync(prescriptions: 500, linesEach: 20, herbs: 60, lanes: 6, batch: 50);

        output.WriteLine($"{result.LinesPerSecond:0} lines/s");
        var checks = await LedgerAudit.RunAsync(database);
        checks.Where(c => !c.Ok).ShouldBeEmpty();
        await using var states = database.CreateCommand(
            "select count(*) filter (where state = 'reserved'), count(*) filter (where state = 'short'), count(*) from pharmacy.prescriptions"
        );
        await using var reader = await states.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        var (reserved, lacking, all) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        (reserved + lacking, all).ShouldBe((500, 500));
        // A hot herb has 2 × 6 kg: 171 prescriptions of 70 g.
        reserved.ShouldBeGreaterThan(170);
        lacking.ShouldBeGreaterThan(0);
    }
}
