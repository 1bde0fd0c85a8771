using TcmBrain.Exchange;

namespace TcmBrain.Institutions.Consortia;

/// <summary>Who leads whom, over all consortia that stand. It has no cycle: nobody leads, through others, who leads it.</summary>
internal static class Leadership
{
    /// <summary>Any constant that nothing else locks on: two changes at once could close a cycle together.</summary>
    private const long Lock = 0x7463_6d6c_6561_6401;

    public static async Task LockAsync(Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select pg_advisory_xact_lock($1)", Lock);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those of the members that lead, directly or through others, the leader; the consortium in question left aside.</summary>
    public static async Task<HashSet<string>> AboveAsync(
        Work work,
        string consortium,
        string leader,
        string[] members,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            with recursive above (id) as (
                select i.id from institutions.institution i where i.code = $2
                union
                select c.leader_id from above
                join institutions.consortium_member m on m.institution_id = above.id
                join institutions.consortium c on c.id = m.consortium_id
                where c.status = 'active' and c.code <> $1)
            select i.code from above join institutions.institution i on i.id = above.id where i.code = any($3)
            """,
            consortium,
            leader,
            members
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var above = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            above.Add(reader.GetString(0));
        }

        return above;
    }
}
