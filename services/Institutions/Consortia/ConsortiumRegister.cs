using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Institutions.History;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Consortia;

/// <summary>The register of consortia.</summary>
internal sealed class ConsortiumRegister(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
    : EntryRegister<Consortium, ConsortiumRequest>(exchange, time)
{
    private static readonly Field<Consortium>[] Entry =
    [
        new("code", c => c.Code),
        new("nameZh", c => c.NameZh),
        new("nameEn", c => c.NameEn),
        new("kind", c => c.Kind),
        new("regionCode", c => c.RegionCode),
        new("leaderCode", c => c.LeaderCode),
        new("memberCodes", c => c.Members.Select(m => m.Code).ToArray()),
    ];

    private static readonly Keyset<Consortium> List = new(
        ConsortiumTable.Columns,
        "institutions.consortium c",
        ["c.region_code", "c.code"],
        ConsortiumTable.Read,
        consortium => [consortium.RegionCode, consortium.Code]
    );

    protected override Subject Subject => Subject.Consortium;

    protected override FaultDefinition NotFound => InstitutionsFaults.ConsortiumNotFound;

    protected override IReadOnlyList<Field<Consortium>> Fields => Entry;

    public Task<Listing<Consortium>> ListAsync(
        string? search,
        string? kind,
        string? status,
        string? regionPrefix,
        string? next,
        int? limit,
        Scope scope,
        CancellationToken cancellationToken
    ) =>
        List.ReadAsync(
            database,
            ConsortiumTable
                .Within(scope)
                .AndIf(kind, "c.kind = @kind", "kind")
                .AndIf(status, "c.status = @status", "status")
                .AndIf(regionPrefix, "c.region_code collate \"C\" like @region || '%'", "region")
                .AndSearch(search, "c", "name_zh", "name_en"),
            next,
            limit,
            cancellationToken
        );

    /// <returns>null when there is none, or it is outside the scope</returns>
    public async Task<Consortium?> FindAsync(string code, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        return await ConsortiumTable.FindAsync(command, WhereCode(code, scope), "", cancellationToken);
    }

    /// <summary>Its members are free; the entry and its history stay.</summary>
    public Task<Consortium> DissolveAsync(string code, int version, Actor actor, CancellationToken cancellationToken) =>
        StandAsync(
            code,
            version,
            "dissolved",
            before =>
                before.Status == "dissolved"
                    ? throw InstitutionsFaults.ConsortiumDissolved.Exception()
                    : before with
                    {
                        Status = "dissolved",
                        Members = [],
                        Version = before.Version + 1,
                        UpdatedAt = Time.GetUtcNow(),
                    },
            [new("status", c => c.Status), new("memberCodes", c => c.Members.Select(m => m.Code).ToArray())],
            Told,
            actor,
            cancellationToken
        );

    protected override async Task<Func<ConsortiumRequest, Outcome<Consortium>>> PrepareAsync(
        Work work,
        IReadOnlyList<ConsortiumRequest> asked,
        Standing standing,
        Actor actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (asked is not [var request])
        {
            throw new ArgumentException("Consortia are changed one by one.", nameof(asked));
        }

        await Leadership.LockAsync(work, cancellationToken);
        var code = ConsortiumRules.IsCode(request.Code) ? request.Code! : "";
        await using var find = work.Command("");
        var taken = await ConsortiumTable.FindAsync(
            find,
            new Conditions().And("c.code = @code", ("code", code)),
            "for no key update",
            cancellationToken
        );
        var institutions = await InstitutionsAsync(work, request, actor.Scope, cancellationToken);
        string[] members = [.. (request.MemberCodes ?? []).Take(ConsortiumRules.MostMembers).Where(institutions.ContainsKey)];
        var above = institutions.TryGetValue(request.LeaderCode ?? "", out var leader)
            ? await Leadership.AboveAsync(work, code, leader.Member.Code, members, cancellationToken)
            : [];
        var region = await IsRegionAsync(work, request.RegionCode, actor.Scope, cancellationToken);
        return one =>
        {
            var before = standing == Standing.Change ? taken : null;
            var faults = ConsortiumRules.Check(
                one,
                region,
                institutions.ToDictionary(i => i.Key, i => i.Value.Member, StringComparer.Ordinal),
                above
            );
            faults
                .Require(faults.Any || taken is null || before is not null, InstitutionsFaults.CodeTaken, "code")
                .Require(faults.Any || before is not { Status: "dissolved" }, InstitutionsFaults.ConsortiumDissolved, "status");
            return faults.Any ? Refused(faults) : Accepted(before, Build(one, before, institutions, now));
        };
    }

    protected override async Task<Consortium?> LockAsync(Work work, string code, Scope scope, CancellationToken cancellationToken)
    {
        await using var command = work.Command("");
        return await ConsortiumTable.FindAsync(command, WhereCode(code, scope), "for no key update", cancellationToken);
    }

    protected override async Task<HashSet<Guid>> InsertAsync(
        Work work,
        IReadOnlyList<Consortium> entries,
        CancellationToken cancellationToken
    ) => await ConsortiumTable.InsertAsync(work, entries[0], cancellationToken) ? [entries[0].Id] : [];

    protected override async Task<HashSet<Guid>> UpdateAsync(
        Work work,
        IReadOnlyList<Consortium> entries,
        CancellationToken cancellationToken
    )
    {
        await ConsortiumTable.UpdateAsync(work, entries[0], cancellationToken);
        return [entries[0].Id];
    }

    protected override Event Tell(Consortium? before, Consortium after, IReadOnlyList<FieldChange> changes, DateTimeOffset now) =>
        Told(after, now);

    private static ConsortiumChanged Told(Consortium after, DateTimeOffset now) =>
        new()
        {
            AggregateId = after.Id,
            Version = after.Version,
            OccurredAt = now,
            Code = after.Code,
            NameZh = after.NameZh,
            Kind = after.Kind,
            RegionCode = after.RegionCode,
            LeaderCode = after.LeaderCode,
            MemberCodes = [.. after.Members.Select(m => m.Code)],
            Dissolved = after.Status == "dissolved",
        };

    private static Consortium Build(
        ConsortiumRequest asked,
        Consortium? before,
        Dictionary<string, (Guid Id, ConsortiumMember Member)> institutions,
        DateTimeOffset now
    )
    {
        var leader = institutions[asked.LeaderCode!];
        return new Consortium
        {
            Id = before?.Id ?? Guid.CreateVersion7(now),
            Code = asked.Code!,
            NameZh = asked.NameZh!.Trim(),
            NameEn = asked.NameEn!.Trim(),
            Kind = asked.Kind!,
            RegionCode = asked.RegionCode!,
            LeaderId = leader.Id,
            LeaderCode = leader.Member.Code,
            LeaderNameZh = leader.Member.NameZh,
            Members = [.. (asked.MemberCodes ?? []).Order(StringComparer.Ordinal).Select(code => institutions[code].Member)],
            Status = "active",
            Version = (before?.Version ?? 0) + 1,
            CreatedAt = before?.CreatedAt ?? now,
            UpdatedAt = now,
        };
    }

    private static Conditions WhereCode(string code, Scope scope) => ConsortiumTable.Within(scope).And("c.code = @code", ("code", code));

    private static async Task<Dictionary<string, (Guid Id, ConsortiumMember Member)>> InstitutionsAsync(
        Work work,
        ConsortiumRequest asked,
        Scope scope,
        CancellationToken cancellationToken
    )
    {
        var codes = (asked.MemberCodes ?? [])
            .Take(ConsortiumRules.MostMembers)
            .Append(asked.LeaderCode)
            .Where(InstitutionCode.IsValid)
            .OfType<string>()
            .Distinct();
        var where = scope
            .Restrict(new Conditions(), "i.region_code", "i.code = @scope_own")
            .And("i.code = any(@codes)", ("codes", codes.ToArray()));
        await using var command = work.Command(
            $"select i.id, i.code, i.name_zh, i.kind, i.region_code from institutions.institution i where {where.Sql}"
        );
        where.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, (Guid, ConsortiumMember)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var member = new ConsortiumMember(reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4));
            found[member.Code] = (reader.GetGuid(0), member);
        }

        return found;
    }

    private static async Task<bool> IsRegionAsync(Work work, string? code, Scope scope, CancellationToken cancellationToken)
    {
        if (!RegionCode.IsWellFormed(code) || !scope.CoversRegion(code!))
        {
            return false;
        }

        await using var command = work.Command(
            "select true from institutions.region where code = $1 and retired_at is null for key share",
            code
        );
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
