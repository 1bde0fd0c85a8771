using Npgsql;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Tests;
using TcmBrain.Setup;

namespace TcmBrain.Benchmarks;

/// <summary>Reservation of 20 lines a prescription, half of the prescriptions sharing five herbs; afterwards the ledger must hold.</summary>
internal sealed class PharmacyBenchmark(BenchServers servers, int prescriptions, int rounds)
{
    private const int Herbs = 300;
    private const int Lines = 20;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var connection = await servers.DatabaseAsync("pharmacy-bench");
        await Migrations.ApplyAsync(connection, "pharmacy", cancellationToken);
        await using var database = NpgsqlDataSource.Create(connection);
        var load = new ReservationLoad(database);
        await load.PrepareAsync(Herbs, lotsPerHerb: 10, gramsPerLot: 1_000_000, cancellationToken);
        await load.RunAsync(prescriptions / 10, Lines, Herbs, cancellationToken: cancellationToken);
        List<double> rates = [];
        for (var round = 0; round < rounds; round++)
        {
            rates.Add((await load.RunAsync(prescriptions, Lines, Herbs, cancellationToken: cancellationToken)).LinesPerSecond);
        }

        if ((await LedgerAudit.RunAsync(database, cancellationToken)).FirstOrDefault(c => !c.Ok) is { } broken)
        {
            throw new InvalidOperationException($"{broken.Name}: {broken.Actual} instead of {broken.Expected}");
        }

        return [new Figure("pharmacy.lines_per_s", Statistics.Median(rates), "lines/s")];
    }
}
