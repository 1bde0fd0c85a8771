using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Routing;

/// <summary>So much of a piece lies there in another grade or from another origin than demanded.</summary>
internal sealed record OtherStock(string Grade, string Origin, long AvailableMilligrams);

/// <summary>A line that a centre cannot fill.</summary>
/// <param name="AvailableMilligrams">as demanded</param>
/// <param name="QuarantineMilligrams">as demanded, and waiting for quality control: when it is released, it is tried again by itself</param>
/// <param name="Others">what would be there if the prescriber asked for another grade or origin</param>
internal sealed record MissingLine(
    int LineNumber,
    string Piece,
    string Grade,
    string Origin,
    long WantedMilligrams,
    long AvailableMilligrams,
    long QuarantineMilligrams,
    IReadOnlyList<OtherStock> Others
);

/// <param name="Obstacle">empty, or why it may not take it whatever it has</param>
internal sealed record AlternativeCentre(
    string CentreCode,
    string NameZh,
    string NameEn,
    double Kilometres,
    string Obstacle,
    DateTimeOffset? PromisedAt,
    IReadOnlyList<MissingLine> Missing
);

/// <summary>What the prescriber may choose from: wait, amend the lines that are missing, or have it filled elsewhere.</summary>
/// <param name="TriedAt">when it was last tried; it is tried again whenever something missing arrives</param>
internal sealed record AlternativesView(
    Guid PrescriptionId,
    string State,
    DateTimeOffset? TriedAt,
    IReadOnlyList<AlternativeCentre> Centres
);

/// <summary>
/// Looks at every centre for one prescription without reserving: which lines are missing where (备选方案). A decoction is never split and nothing is put
/// in the place of what is demanded, so this only tells.
/// </summary>
internal sealed class Alternatives(NpgsqlDataSource database, EventExchange exchange, RoutingBooks books, TimeProvider time)
{
    private sealed record Stock(string Centre, string Piece, string Grade, string Origin, long Available, long Quarantine);

    /// <exception cref="ServiceDefaults.Faults.FaultException">PHA-0114, also when it is not the caller's to see</exception>
    public async Task<AlternativesView> ReadAsync(Guid id, Sight sight, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (order, state, triedAt) = await ReadOrderAsync(id, sight, cancellationToken);
        if (order is null)
        {
            return new AlternativesView(id, state, triedAt, []);
        }

        var stock = await ReadStockAsync(order, RegionTime.DayOf(now), cancellationToken);
        var shelves = new Shelves();
        foreach (var s in stock.Where(s => s.Available > 0))
        {
            shelves.Put(s.Centre, s.Piece, Guid.NewGuid(), "", s.Available, s.Grade, s.Origin);
        }

        var book = await books.GetAsync(exchange, cancellationToken);
        var demands = Demand.Of(order);
        return new AlternativesView(
            id,
            state,
            triedAt,
            [
                .. Scoring
                    .Look(order, book, shelves, now)
                    .OrderBy(c => c.Obstacle.Length)
                    .ThenBy(c => c.Missing.Count)
                    .ThenBy(c => c.Kilometres)
                    .Select(c => new AlternativeCentre(
                        c.CentreCode,
                        c.NameZh,
                        c.NameEn,
                        c.Kilometres,
                        c.Obstacle,
                        c.PromisedAt,
                        MissingAt(order, c, demands, stock)
                    )),
            ]
        );
    }

    private static List<MissingLine> MissingAt(Order order, Candidate candidate, Demand[] demands, List<Stock> stock) =>
        [
            .. order
                .Lines.Where(l => candidate.Missing.Contains(l.Piece))
                .Select(line =>
                {
                    var demand = demands.First(d => d.Piece == line.Piece && d.Grade == line.Grade && d.Origin == line.Origin);
                    var there = stock.Where(s => s.Centre == candidate.CentreCode && s.Piece == line.Piece).ToArray();
                    var fitting = there.Where(s => demand.Fits(s.Grade, s.Origin)).ToArray();
                    return new MissingLine(
                        line.LineNumber,
                        line.Piece,
                        line.Grade,
                        line.Origin,
                        order.Demand(line).Milligrams,
                        fitting.Sum(s => s.Available),
                        fitting.Sum(s => s.Quarantine),
                        [
                            .. there
                                .Where(s => s.Available > 0 && !demand.Fits(s.Grade, s.Origin))
                                .Select(s => new OtherStock(s.Grade, s.Origin, s.Available)),
                        ]
                    );
                }),
        ];

    private async Task<(Order? Order, string State, DateTimeOffset? TriedAt)> ReadOrderAsync(
        Guid id,
        Sight sight,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select p.state, p.tried_at, p.institution_code, p.region_code, p.his_number, p.revision, p.lines, p.doses, p.delivery_region_code,
                   p.urgent, p.approved_at, p.decoct, p.needed_by
            from pharmacy.prescriptions p where p.id = @id and {Sight.OfPrescription}
            """
        );
        sight.Guard(command).Parameters.AddWithValue("id", id);
        var rows = await command.ListAsync(
            r =>
                (
                    r.IsDBNull(6)
                        ? null
                        : new Order(
                            id,
                            new Owner(r.GetString(2), r.GetString(3), r.GetString(4), r.GetInt32(5)),
                            0,
                            null,
                            JsonSerializer.Deserialize<PrescriptionLine[]>(r.GetString(6), EventJson.Options)!,
                            r.GetInt32(7),
                            r.GetString(8),
                            r.GetBoolean(9),
                            r.Instant(10),
                            [],
                            r.GetBoolean(11),
                            r.InstantOrNull(12)
                        ),
                    State: r.GetString(0),
                    TriedAt: r.IsDBNull(1) || r.GetFieldValue<DateTime>(1) <= DateTime.UnixEpoch ? null : r.InstantOrNull(1)
                ),
            cancellationToken
        );
        return rows.Count == 1 ? rows[0] : throw PharmacyFaults.PrescriptionNotFound.Exception("prescriptionId");
    }

    private async Task<List<Stock>> ReadStockAsync(Order order, DateOnly today, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select l.centre_code, l.piece, l.grade, l.origin, sum(b.available)::bigint,
                   coalesce(sum(b.quarantine) filter (where l.status = 'quarantine'), 0)::bigint
            from pharmacy.shelves s
            join pharmacy.lot_balances b on b.shelf_id = s.id and b.expires_on >= $2
            join pharmacy.lots l on l.id = b.lot_id
            where s.piece = any($1) and (b.available > 0 or b.quarantine > 0)
            group by 1, 2, 3, 4
            """
        );
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = order.Lines.Select(l => l.Piece).Distinct().ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            }
        );
        command.Parameters.Add(new NpgsqlParameter { Value = today });
        return await command.ListAsync(
            r => new Stock(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt64(4), r.GetInt64(5)),
            cancellationToken
        );
    }
}
