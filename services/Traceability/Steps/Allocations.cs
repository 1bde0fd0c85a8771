using TcmBrain.Exchange;

namespace TcmBrain.Traceability.Steps;

/// <summary>
/// Gives every piece and organisation its number, once and for ever. Numbers are handed out within the log's turn, so no two works
/// can take the same one.
/// </summary>
public sealed class Allocations(ProfileOptions options)
{
    private const string Piece = "piece";
    private const string Organisation = "organisation";

    public async Task<Numbering> ForAsync(
        Work work,
        IReadOnlyCollection<string> pieces,
        IReadOnlyCollection<string> organisations,
        CancellationToken cancellationToken
    ) =>
        new(
            options,
            await AllocateAsync(work, Piece, pieces, cancellationToken),
            await AllocateAsync(work, Organisation, organisations, cancellationToken)
        );

    private static async Task<Dictionary<string, int>> AllocateAsync(
        Work work,
        string kind,
        IReadOnlyCollection<string> keys,
        CancellationToken cancellationToken
    )
    {
        var numbers = new Dictionary<string, int>(keys.Count, StringComparer.Ordinal);
        if (keys.Count == 0)
        {
            return numbers;
        }

        await using var command = work.Command(
            """
            with wanted as (select distinct key from unnest($2::text[]) as key),
            known as (select a.key, a.number from traceability.allocation a join wanted w on a.kind = $1 and a.key = w.key),
            added as (
                insert into traceability.allocation (kind, key, number)
                select $1, w.key,
                       coalesce((select max(number) from traceability.allocation where kind = $1), $3 - 1) + row_number() over (order by w.key)
                from wanted w where not exists (select 1 from known k where k.key = w.key)
                returning key, number)
            select key, number from known union all select key, number from added
            """,
            kind,
            keys.ToArray(),
            Numbering.FirstPiece
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            numbers.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return numbers;
    }
}
