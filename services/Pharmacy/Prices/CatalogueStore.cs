using Npgsql;
using NpgsqlTypes;
using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Prices;

/// <summary>One entry to make.</summary>
/// <param name="Grade">empty: as it comes</param>
/// <param name="Form">piece, powder or granule</param>
/// <param name="FenPerKilogram">null: from that day on no longer offered</param>
internal sealed record OfferEntry(string Piece, string? Grade, string? Form, long? FenPerKilogram);

/// <param name="FromDay">the region's day from which they count; today when left out, never earlier</param>
internal sealed record OfferRequest(DateOnly? FromDay, OfferEntry[] Items);

/// <summary>What a centre offers on a day.</summary>
/// <param name="NextFenPerKilogram">of the next change that is entered already; null: none, or it ends then</param>
internal sealed record OfferView(
    string Piece,
    string Grade,
    string Form,
    long FenPerKilogram,
    DateOnly FromDay,
    DateOnly? NextFromDay,
    long? NextFenPerKilogram
);

internal sealed record OfferList(DateOnly Day, IReadOnlyList<OfferView> Items, string? Next);

/// <summary>One change of a price; null: it was taken off the catalogue.</summary>
internal sealed record PriceChange(
    string Piece,
    string Grade,
    string Form,
    DateOnly FromDay,
    long? FenPerKilogram,
    string EnteredBy,
    DateTimeOffset EnteredAt
);

internal sealed record OfferKey(string Piece, string Grade, string Form);

/// <summary>The catalogues of centres with their prices by day. Entries are only ever added.</summary>
internal sealed class CatalogueStore(NpgsqlDataSource database, EventExchange exchange, CurrentCatalogue catalogue, TimeProvider time)
{
    public const int MostEntries = 2_000;
    private const long MostFenPerKilogram = 10_000_000_00;
    private const int MaxGrade = 20;
    private static readonly string[] Forms = ["piece", "powder", "granule"];

    /// <summary>Enters what differs from what counts on that day already; the same again enters nothing.</summary>
    /// <returns>How many entries were made.</returns>
    public async Task<int> EnterAsync(string centre, OfferRequest request, string by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = RegionTime.DayOf(now);
        var from = request.FromDay ?? today;
        Check(request, from, today);
        await using var work = await exchange.BeginAsync(cancellationToken);
        // Two that enter at once do it one after the other.
        await using (
            var locking = work.Command("select 1 from pharmacy.institutions where code = $1 and kind = 'pharmacy' for update", centre)
        )
        {
            if (await locking.ExecuteScalarAsync(cancellationToken) is null)
            {
                throw PharmacyFaults.CentreNotFound.Exception("code");
            }
        }

        await using var batch = work.Batch();
        batch
            .Add(
                """
                insert into pharmacy.offers (centre_code, piece, grade, form, from_day, fen_per_kilogram, entered_by, entered_at)
                select $1, u.piece, u.grade, u.form, $6, u.fen, $7, $8
                from unnest($2, $3, $4, $5) as u (piece, grade, form, fen)
                left join lateral (
                    select o.fen_per_kilogram, o.from_day from pharmacy.offers o
                    where o.centre_code = $1 and o.piece = u.piece and o.grade = u.grade and o.form = u.form and o.from_day <= $6
                    order by o.from_day desc, o.entry desc limit 1) as now on true
                where u.fen is distinct from now.fen_per_kilogram
                """
            )
            .With(centre)
            .With(NpgsqlDbType.Text, request.Items.Select(i => i.Piece))
            .With(NpgsqlDbType.Text, request.Items.Select(i => i.Grade ?? ""))
            .With(NpgsqlDbType.Text, request.Items.Select(i => i.Form ?? "piece"))
            .With(NpgsqlDbType.Bigint, request.Items.Select(i => i.FenPerKilogram))
            .With(from)
            .With(by)
            .With(now.UtcDateTime);
        var entered = await batch.ExecuteNonQueryAsync(cancellationToken);
        if (entered > 0)
        {
            await CentreStore.TellRoutingAsync(work, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return entered;
    }

    public async Task<OfferList> ListAsync(
        string centre,
        DateOnly? day,
        string? search,
        OfferKey? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var on = day ?? RegionTime.DayOf(time.GetUtcNow());
        await using var command = database.CreateCommand(
            """
            select o.piece, o.grade, o.form, o.fen_per_kilogram, o.from_day, n.from_day, n.fen_per_kilogram
            from (
                select distinct on (piece, grade, form) piece, grade, form, fen_per_kilogram, from_day
                from pharmacy.offers
                where centre_code = @centre and from_day <= @day and (@search = '' or strpos(piece, @search) > 0)
                order by piece, grade, form, from_day desc, entry desc) as o
            left join lateral (
                select f.from_day, f.fen_per_kilogram from pharmacy.offers f
                where f.centre_code = @centre and f.piece = o.piece and f.grade = o.grade and f.form = o.form and f.from_day > @day
                order by f.from_day, f.entry desc limit 1) as n on true
            where o.fen_per_kilogram is not null
              and (@piece::text is null or (o.piece, o.grade, o.form) > (@piece, @grade, @form))
            order by o.piece, o.grade, o.form
            limit @limit
            """
        );
        command.Parameters.AddWithValue("centre", centre);
        command.Parameters.AddWithValue("day", on);
        command.Parameters.AddWithValue("search", search ?? "");
        command.Parameters.AddWithValue("limit", limit);
        command.Parameters.Add(new NpgsqlParameter<string?>("piece", after?.Piece));
        command.Parameters.Add(new NpgsqlParameter<string?>("grade", after?.Grade));
        command.Parameters.Add(new NpgsqlParameter<string?>("form", after?.Form));
        var items = await command.ListAsync(
            r => new OfferView(
                r.GetString(0),
                r.GetString(1),
                r.GetString(2),
                r.GetInt64(3),
                r.GetFieldValue<DateOnly>(4),
                r.IsDBNull(5) ? null : r.GetFieldValue<DateOnly>(5),
                r.IsDBNull(6) ? null : r.GetInt64(6)
            ),
            cancellationToken
        );
        return new OfferList(
            on,
            items,
            items.Count == limit ? Page.Token(new OfferKey(items[^1].Piece, items[^1].Grade, items[^1].Form)) : null
        );
    }

    /// <summary>Every change of a piece's price there, newest first.</summary>
    public async Task<IReadOnlyList<PriceChange>> HistoryAsync(string centre, string piece, CancellationToken cancellationToken)
    {
        await using var command = database.Query(
            """
            select piece, grade, form, from_day, fen_per_kilogram, entered_by, entered_at
            from pharmacy.offers where centre_code = $1 and piece = $2 order by from_day desc, entry desc limit 1000
            """,
            centre,
            piece
        );
        return await command.ListAsync(
            r => new PriceChange(
                r.GetString(0),
                r.GetString(1),
                r.GetString(2),
                r.GetFieldValue<DateOnly>(3),
                r.IsDBNull(4) ? null : r.GetInt64(4),
                r.GetString(5),
                r.Instant(6)
            ),
            cancellationToken
        );
    }

    private void Check(OfferRequest request, DateOnly from, DateOnly today)
    {
        var faults = new FaultList();
        faults.Require(request.Items is { Length: >= 1 and <= MostEntries }, PharmacyFaults.TooManyOffers, "items", MostEntries);
        faults.Require(from >= today, PharmacyFaults.PriceInPast, "fromDay", from.Text());
        faults.ThrowIfAny();
        var known = new HashSet<(string, string, string)>();
        foreach (var (i, item) in request.Items.Index())
        {
            var name = item.Piece ?? "";
            var shown = name.Length <= 40 ? name : name[..40];
            faults.Require(catalogue.Value.Find(name)?.Name == name, PharmacyFaults.UnknownPiece, $"items[{i}].piece", shown);
            faults.Require(
                item.Grade is null || item.Grade.Length <= MaxGrade && !item.Grade.Any(char.IsControl) && item.Grade.Trim() == item.Grade,
                PharmacyFaults.TextMissing,
                $"items[{i}].grade",
                MaxGrade
            );
            faults.Require(
                item.Form is null || Forms.Contains(item.Form),
                PharmacyFaults.UnknownChoice,
                $"items[{i}].form",
                item.Form is { Length: <= 20 } ? item.Form : "",
                string.Join("、", Forms)
            );
            faults.Require(
                item.FenPerKilogram is null or (>= 1 and <= MostFenPerKilogram),
                PharmacyFaults.OutOfRange,
                $"items[{i}].fenPerKilogram",
                1,
                MostFenPerKilogram
            );
            faults.Require(known.Add((name, item.Grade ?? "", item.Form ?? "piece")), PharmacyFaults.OfferTwice, $"items[{i}]", shown);
        }

        faults.ThrowIfAny();
    }
}
