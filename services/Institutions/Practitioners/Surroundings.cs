using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Practitioners;

/// <summary>An institution that a practitioner's entry may name.</summary>
internal sealed record Workplace(Guid Id, string Code, string NameZh, string RegionCode);

/// <summary>
/// What the requests of one batch refer to, within the actor's reach: institutions, and people with their mentors up to the first. Knows
/// what has been decided before in the batch.
/// </summary>
internal sealed class Surroundings
{
    /// <summary>Any constant that nothing else locks on: mentors change one batch after the other, else two could close a cycle together.</summary>
    private const long MentorLock = 0x7463_6d6d_656e_7401;

    private readonly Dictionary<string, Workplace> workplaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> reachable = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Guid?> mentors = [];

    public Workplace? Workplace(string? code) => code is null ? null : workplaces.GetValueOrDefault(code);

    public Guid? PersonId(string? code) => code is not null && reachable.TryGetValue(code, out var id) ? id : null;

    public void Check(FaultList faults, PractitionerRequest asked, Practitioner? before)
    {
        faults.Require(Workplace(asked.InstitutionCode) is not null, InstitutionsFaults.UnknownInstitution, "institutionCode");
        foreach (var (i, site) in (asked.Sites ?? []).Index())
        {
            faults
                .Require(
                    // Where the person practises already it may go on; who cannot see that place cannot add it.
                    Workplace(site) is not null
                        || before?.Sites.Contains(site) is true,
                    InstitutionsFaults.UnknownInstitution,
                    $"sites[{i}]"
                )
                .Require(site != asked.InstitutionCode, InstitutionsFaults.Doubled, $"sites[{i}]");
        }

        if (string.IsNullOrEmpty(asked.MentorCode))
        {
            return;
        }

        if (asked.MentorCode == asked.Code)
        {
            faults.Add(InstitutionsFaults.MentorCycle, "mentorCode");
        }
        else if (PersonId(asked.MentorCode) is not { } mentor)
        {
            faults.Require(before?.MentorCode == asked.MentorCode, InstitutionsFaults.UnknownMentor, "mentorCode");
        }
        else
        {
            faults.Require(before is null || !Leads(mentor, before.Id), InstitutionsFaults.MentorCycle, "mentorCode");
        }
    }

    /// <summary>Later requests of the batch see it.</summary>
    public void Accept(Practitioner person)
    {
        reachable[person.Code] = person.Id;
        mentors[person.Id] = person.MentorId;
    }

    public static async Task<Surroundings> LoadAsync(
        Work work,
        IReadOnlyList<PractitionerRequest> asked,
        Scope scope,
        CancellationToken cancellationToken
    )
    {
        var around = new Surroundings();
        await around.LoadWorkplacesAsync(work, asked, scope, cancellationToken);
        string[] mentorCodes = [.. asked.Select(a => a.MentorCode).Where(PractitionerRules.IsCode).OfType<string>().Distinct()];
        if (mentorCodes.Length > 0)
        {
            await using (var wait = work.Command("select pg_advisory_xact_lock($1)", MentorLock))
            {
                await wait.ExecuteNonQueryAsync(cancellationToken);
            }

            await around.LoadMentorsAsync(work, mentorCodes, scope, cancellationToken);
        }

        return around;
    }

    private bool Leads(Guid from, Guid to)
    {
        // What stands has no cycle, so the way up ends.
        for (Guid? at = from; at is { } id; at = mentors.GetValueOrDefault(id))
        {
            if (id == to)
            {
                return true;
            }
        }

        return false;
    }

    private async Task LoadWorkplacesAsync(
        Work work,
        IReadOnlyList<PractitionerRequest> asked,
        Scope scope,
        CancellationToken cancellationToken
    )
    {
        var where = scope
            .Restrict(new Conditions(), "i.region_code", "i.code = @scope_own")
            .And(
                "i.code = any(@codes)",
                (
                    "codes",
                    asked
                        .SelectMany(a => (a.Sites ?? []).Append(a.InstitutionCode))
                        .Where(InstitutionCode.IsValid)
                        .OfType<string>()
                        .Distinct()
                        .ToArray()
                )
            );
        // Neither moved to another region nor gone until the work is done.
        await using var command = work.Command(
            $"select i.id, i.code, i.name_zh, i.region_code from institutions.institution i where {where.Sql} order by i.id for share"
        );
        where.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = new Workplace(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
            workplaces[place.Code] = place;
        }
    }

    private async Task LoadMentorsAsync(Work work, string[] codes, Scope scope, CancellationToken cancellationToken)
    {
        var where = PractitionerTable.Within(scope).And("p.code = any(@codes)", ("codes", codes));
        await using (var command = work.Command($"select p.code, p.id from institutions.practitioner p where {where.Sql}"))
        {
            where.Bind(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                reachable[reader.GetString(0)] = reader.GetGuid(1);
            }
        }

        // Who stands above them, whoever may see that: a cycle is one wherever it runs.
        await using var above = work.Command(
            """
            with recursive up (id, mentor_id) as (
                select id, mentor_id from institutions.practitioner where id = any($1)
                union
                select p.id, p.mentor_id from up join institutions.practitioner p on p.id = up.mentor_id)
            select id, mentor_id from up
            """,
            reachable.Values.ToArray()
        );
        await using var rows = await above.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            mentors[rows.GetGuid(0)] = rows.IsDBNull(1) ? null : rows.GetGuid(1);
        }
    }
}
