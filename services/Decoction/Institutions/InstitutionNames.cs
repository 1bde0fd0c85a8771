using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Decoction.Institutions;

/// <summary>Keeps the names of institutions, for labels and pages. Told again or late it changes nothing.</summary>
internal sealed class InstitutionNames : IHandle<InstitutionRegistered>, IHandle<InstitutionChanged>
{
    public Task HandleAsync(InstitutionRegistered e, Work work, CancellationToken cancellationToken) =>
        KeepAsync(e, work, cancellationToken);

    public Task HandleAsync(InstitutionChanged e, Work work, CancellationToken cancellationToken) => KeepAsync(e, work, cancellationToken);

    private static async Task KeepAsync(InstitutionEntryEvent e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into decoction.institution as i (code, name_zh, name_en, version) values ($1, $2, $3, $4)
            on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, version = excluded.version
            where i.version < excluded.version
            """,
            e.Code,
            e.NameZh,
            e.NameEn,
            e.Version
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
