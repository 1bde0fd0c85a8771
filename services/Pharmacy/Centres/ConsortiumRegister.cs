using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>Who belongs together (医共体), as the register of institutions tells it; a dissolved one has no members.</summary>
public sealed class ConsortiumRegister : IHandle<ConsortiumChanged>
{
    public async Task HandleAsync(ConsortiumChanged e, Work work, CancellationToken cancellationToken)
    {
        string[] members = e.Dissolved ? [] : [e.LeaderCode, .. e.MemberCodes];
        await using var command = work.Command(
            """
            insert into pharmacy.consortia as c (id, version, code, name_zh, members) values ($1, $2, $3, $4, $5)
            on conflict (id) do update
            set version = excluded.version, code = excluded.code, name_zh = excluded.name_zh, members = excluded.members
            where c.version < excluded.version
            """,
            e.AggregateId,
            e.Version,
            e.Code,
            e.NameZh,
            members
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
