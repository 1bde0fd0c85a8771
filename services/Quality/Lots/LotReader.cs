using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Lots;

internal sealed record ResultView(
    Guid ResultId,
    string Kind,
    decimal? Value,
    decimal? Detection,
    bool Passes,
    string Laboratory,
    string EnteredName,
    DateTimeOffset EnteredAt,
    string? Reason,
    bool Counts
);

/// <summary>A test with its limit and everything that was reported of it.</summary>
/// <param name="Passes">of the result that counts; null: none was reported</param>
/// <param name="RetestUntil">until when a retest may be entered; null: none may</param>
internal sealed record TestView(
    string Test,
    string NameZh,
    string NameEn,
    string Unit,
    decimal? Min,
    decimal? Max,
    string Source,
    string Edition,
    string Mark,
    bool Required,
    bool? Passes,
    DateTimeOffset? RetestUntil,
    IReadOnlyList<ResultView> Results
);

internal sealed record CertificateView(
    Guid CertificateId,
    string Name,
    string ContentType,
    int Size,
    string Sha256,
    string UploadedName,
    DateTimeOffset UploadedAt,
    int AlsoOfLots
);

internal sealed record LotView(
    Guid LotId,
    string CentreCode,
    string Piece,
    string LotNumber,
    string Supplier,
    string Origin,
    long QuantityMilligrams,
    long? ClaimedMilligrams,
    DateOnly ProducedOn,
    DateOnly ExpiresOn,
    string AcceptedBy,
    DateTimeOffset AcceptedAt,
    string State,
    DateTimeOffset? DecidedAt,
    string? DecidedBy,
    string? Reason,
    string Grade,
    string GradedBy,
    string GradeReason,
    string GradeByRule,
    bool Releasable,
    IReadOnlyList<TestView> Tests,
    IReadOnlyList<CertificateView> Certificates,
    Guid? NonconformityId
);

/// <summary>Reads one lot with everything that its release depends on.</summary>
internal sealed class LotReader(
    NpgsqlDataSource database,
    LotLimits limits,
    TestNeeds needs,
    GradeRule grades,
    IOptions<SupervisionSettings> supervision,
    TimeProvider time
)
{
    public async Task<LotView> ReadAsync(ClaimsPrincipal caller, Guid lotId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var view = await HeadAsync(connection, caller, lotId, cancellationToken);
        await using var reading = new NpgsqlCommand(ResultBook.Select, connection);
        reading.Parameters.Add(new() { Value = lotId });
        var results = await ResultBook.ReadAsync(reading, cancellationToken);
        var plain = results.Select(r => r.Result).ToList();
        var own = limits.Of(view.Piece, view.ProducedOn);
        var effective = LotResults.Effective(plain);
        return view with
        {
            GradeByRule = grades.Of([.. effective.Values], own),
            Releasable = view.State == Lot.Waiting && plain.Count > 0 && !LotResults.Obstacles(plain, own, needs).Any,
            Tests = [.. own.Select(limit => TestOf(limit, results, plain, effective))],
            Certificates = await CertificatesAsync(connection, lotId, cancellationToken),
        };
    }

    private TestView TestOf(
        LotLimit limit,
        IReadOnlyList<(LotResult Result, string By, string Laboratory, string? Reason)> results,
        List<LotResult> plain,
        IReadOnlyDictionary<string, LotResult> effective
    )
    {
        var counting = effective.GetValueOrDefault(limit.Test);
        var until = counting is null ? null : LotResults.RetestUntil(counting, plain, needs);
        return new(
            limit.Test,
            limit.NameZh,
            limit.NameEn,
            limit.Unit,
            limit.Min,
            limit.Max,
            limit.Source,
            limit.Edition,
            limit.Mark,
            needs.Of(limit.Test).IsRequired,
            counting?.Passes,
            until > time.GetUtcNow() ? until : null,
            [
                .. results
                    .Where(r => r.Result.Test.Test == limit.Test)
                    .Select(r => new ResultView(
                        r.Result.ResultId,
                        r.Result.Kind,
                        r.Result.Test.Value,
                        r.Result.Test.Detection,
                        r.Result.Passes,
                        r.Laboratory,
                        r.By,
                        r.Result.EnteredAt,
                        r.Reason,
                        r.Result == counting
                    )),
            ]
        );
    }

    private async Task<LotView> HeadAsync(
        NpgsqlConnection connection,
        ClaimsPrincipal caller,
        Guid lotId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select centre_code, piece, lot_number, supplier, origin, quantity_milligrams, claimed_milligrams, produced_on, expires_on,
                   accepted_by, accepted_at, state, decided_at, decided_name, reason, grade, graded_by, grade_reason,
                   (select nonconformity_id from quality.nonconformity n
                    where n.source in ('lot-rejected', 'recall') and n.source_id = l.lot_id order by opened_at desc limit 1)
            from quality.lot l where lot_id = @id and {Sight.Centre}
            """,
            connection
        );
        command.Parameters.AddWithValue("id", lotId);
        Sight.Of(caller, supervision.Value).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw QualityFaults.LotNotFound.Exception("lotId");
        }

        return new LotView(
            lotId,
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetString(4),
            reader.GetInt64(5),
            reader.IsDBNull(6) ? null : reader.GetInt64(6),
            reader.GetFieldValue<DateOnly>(7),
            reader.GetFieldValue<DateOnly>(8),
            reader.GetString(9),
            reader.GetFieldValue<DateTimeOffset>(10),
            reader.GetString(11),
            reader.MomentAt(12),
            reader.TextAt(13),
            reader.TextAt(14),
            reader.GetString(15),
            reader.GetString(16),
            reader.GetString(17),
            "",
            false,
            [],
            [],
            reader.IsDBNull(18) ? null : reader.GetGuid(18)
        );
    }

    private static async Task<IReadOnlyList<CertificateView>> CertificatesAsync(
        NpgsqlConnection connection,
        Guid lotId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select certificate_id, name, content_type, size, sha256, uploaded_name, uploaded_at,
                   (select count(*)::int from quality.certificate o where o.sha256 = c.sha256 and o.lot_id <> c.lot_id)
            from quality.certificate c where lot_id = $1 order by uploaded_at, certificate_id
            """,
            connection
        );
        command.Parameters.Add(new() { Value = lotId });
        var certificates = new List<CertificateView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            certificates.Add(
                new CertificateView(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetInt32(3),
                    Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(4)),
                    reader.GetString(5),
                    reader.GetFieldValue<DateTimeOffset>(6),
                    reader.GetInt32(7)
                )
            );
        }

        return certificates;
    }
}
