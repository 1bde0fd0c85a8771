using System.Diagnostics;
using Npgsql;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Tests;
using TcmBrain.Setup;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Reservation of 20 lines a prescription, half of the prescriptions sharing five herbs: in a young pharmacy, in one with a hundred times as
/// many lots, and in one that has years of movements behind it as well. Rounds take turns, so that all see the same machine; afterwards
/// each ledger must hold.
/// </summary>
/// <param name="movements">in the old one before the first round</param>
internal sealed class PharmacyBenchmark(BenchServers servers, int prescriptions, int rounds, long movements)
{
    private const int Herbs = 300;
    private const int Lines = 20;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var young = await PrepareAsync("pharmacy-young", 10, 0, cancellationToken);
        await using var wide = await PrepareAsync("pharmacy-wide", 1_000, 0, cancellationToken);
        await using var old = await PrepareAsync("pharmacy-old", 1_000, movements, cancellationToken);
        NpgsqlDataSource[] houses = [young, wide, old];
        var rates = houses.ToDictionary(h => h, _ => new List<double>());
        foreach (var house in houses)
        {
            await RoundAsync(house, prescriptions / 10, cancellationToken);
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var house in houses)
            {
                rates[house].Add(await RoundAsync(house, prescriptions, cancellationToken));
            }
        }

        double audited = 0;
        foreach (var house in houses)
        {
            var clock = Stopwatch.StartNew();
            if ((await LedgerAudit.RunAsync(house, cancellationToken)).FirstOrDefault(c => !c.Ok) is { } broken)
            {
                throw new InvalidOperationException($"{broken.Name}: {broken.Actual} instead of {broken.Expected}");
            }

            audited = clock.Elapsed.TotalSeconds;
        }

        var (base10, lots, history) = (Statistics.Median(rates[young]), Statistics.Median(rates[wide]), Statistics.Median(rates[old]));
        return
        [
            new Figure("pharmacy.lines_per_s", base10, "lines/s"),
            new Figure("pharmacy.lines_per_s_1000_lots", lots, "lines/s", "10 lots a herb", lots / base10),
            new Figure("pharmacy.lines_per_s_grown", history, "lines/s", $"10 lots, {movements:#,0} movements fewer", history / base10),
            new Figure("pharmacy.audit_grown_s", audited, "s"),
        ];
    }

    private async Task<NpgsqlDataSource> PrepareAsync(string name, int lots, long history, CancellationToken cancellationToken)
    {
        var connection = await servers.DatabaseAsync(name);
        await Migrations.ApplyAsync(connection, "pharmacy", cancellationToken);
        var database = NpgsqlDataSource.Create(connection + ";Command Timeout=600");
        var load = new ReservationLoad(database);
        await load.PrepareAsync(Herbs, lots, gramsPerLot: 10_000_000 / lots, cancellationToken);
        if (history > 0)
        {
            await load.AddHistoryAsync(history, cancellationToken);
        }

        return database;
    }

    private static async Task<double> RoundAsync(NpgsqlDataSource house, int prescriptions, CancellationToken cancellationToken) =>
        (await new ReservationLoad(house).RunAsync(prescriptions, Lines, Herbs, cancellationToken: cancellationToken)).LinesPerSecond;
}
