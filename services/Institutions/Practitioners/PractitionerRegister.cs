using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Institutions.History;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Practitioners;

/// <summary>The register of practitioners (人员登记).</summary>
internal sealed class PractitionerRegister(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
    : EntryRegister<Practitioner, PractitionerRequest>(exchange, time)
{
    private const string ByInstitution = "institution";
    private const string ByAuthority = "authority";

    private static readonly Field<Practitioner>[] Entry =
    [
        new("code", p => p.Code),
        new("institutionCode", p => p.InstitutionCode),
        new("name", p => p.Name),
        new("category", p => p.Category),
        new("discipline", p => p.Discipline),
        new("generalPractice", p => p.GeneralPractice),
        new("title", p => p.Title),
        new("licenceNumber", p => p.LicenceNumber),
        new("licenceExpiresOn", p => p.LicenceExpiresOn),
        new("grade", p => p.Grade),
        new("mentorCode", p => p.MentorCode),
        new("sites", p => p.Sites),
        new("mayPrescribeToxic", p => p.MayPrescribeToxic),
        new("mayPrescribeNarcotic", p => p.MayPrescribeNarcotic),
    ];

    private static readonly Field<Practitioner>[] StandingFields =
    [
        new("status", p => p.Status),
        new("suspendedReason", p => p.SuspendedReason),
        new("suspendedBy", p => p.SuspendedBy),
    ];

    protected override Subject Subject => Subject.Practitioner;

    protected override FaultDefinition NotFound => InstitutionsFaults.PractitionerNotFound;

    protected override IReadOnlyList<Field<Practitioner>> Fields => Entry;

    private DateOnly Today => RegionTime.DayOf(Time.GetUtcNow());

    private Keyset<Practitioner> List =>
        new(
            PractitionerTable.Columns,
            "institutions.practitioner p",
            ["p.region_code", "p.code"],
            row => PractitionerTable.Read(row, Today),
            person => [person.RegionCode, person.Code]
        );

    /// <exception cref="FaultException">INS-0103, INS-0113, INS-0114</exception>
    public Task<Listing<Practitioner>> ListAsync(PractitionerFilter filter, Scope scope, CancellationToken cancellationToken) =>
        List.ReadAsync(
            database,
            PractitionerTable
                .Within(scope)
                .AndIf(
                    filter.Institution,
                    "p.institution_id = (select i.id from institutions.institution i where i.code = @institution)",
                    "institution"
                )
                .AndIf(filter.Category, "p.category = @category", "category")
                .AndIf(filter.Status, "p.status = @status", "status")
                .AndIf(filter.RegionPrefix, "p.region_code collate \"C\" like @region || '%'", "region")
                .AndSearch(filter.Search, "p", "name"),
            filter.Next,
            filter.Limit,
            cancellationToken
        );

    /// <returns>null when there is none, or it is outside the scope</returns>
    public async Task<Practitioner?> FindAsync(string code, Scope scope, CancellationToken cancellationToken)
    {
        var where = WhereCode(code, scope);
        await using var command = database.CreateCommand(
            $"select {PractitionerTable.Columns} from institutions.practitioner p where {where.Sql}"
        );
        where.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? PractitionerTable.Read(reader, Today) : null;
    }

    /// <summary>From the next push on, nothing that the practitioner prescribes is accepted.</summary>
    public Task<Practitioner> SuspendAsync(string code, int version, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        new FaultList().RequireText(reason, "reason", TextRules.LongestReason).ThrowIfAny();
        return StandAsync(
            code,
            version,
            "suspended",
            before =>
                before.Status == "suspended"
                    ? throw InstitutionsFaults.PractitionerSuspended.Exception()
                    : Next(before) with
                    {
                        Status = "suspended",
                        SuspendedReason = reason!.Trim(),
                        SuspendedBy = actor.Authority == Authority.Institution ? ByInstitution : ByAuthority,
                    },
            StandingFields,
            (after, now) =>
                new PractitionerSuspended
                {
                    AggregateId = after.Id,
                    Version = after.Version,
                    OccurredAt = now,
                    Code = after.Code,
                    InstitutionCode = after.InstitutionCode,
                    Reason = after.SuspendedReason!,
                },
            actor,
            cancellationToken
        );
    }

    /// <exception cref="FaultException">INS-0137 when an institution would undo what the authority did, INS-0139 when there is nothing to undo</exception>
    public Task<Practitioner> ReinstateAsync(string code, int version, Actor actor, CancellationToken cancellationToken) =>
        StandAsync(
            code,
            version,
            "reinstated",
            before =>
                before.Status != "suspended" ? throw InstitutionsFaults.PractitionerNotSuspended.Exception()
                : before.SuspendedBy == ByAuthority && actor.Authority == Authority.Institution
                    ? throw InstitutionsFaults.SuspendedByAuthority.Exception()
                : Next(before) with { Status = "active", SuspendedReason = null, SuspendedBy = null },
            StandingFields,
            (after, now) =>
                new PractitionerReinstated
                {
                    AggregateId = after.Id,
                    Version = after.Version,
                    OccurredAt = now,
                    Code = after.Code,
                    InstitutionCode = after.InstitutionCode,
                },
            actor,
            cancellationToken
        );

    protected override async Task<Func<PractitionerRequest, Outcome<Practitioner>>> PrepareAsync(
        Work work,
        IReadOnlyList<PractitionerRequest> asked,
        Standing standing,
        Actor actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var today = RegionTime.DayOf(now);
        var around = await Surroundings.LoadAsync(work, asked, actor.Scope, cancellationToken);
        string[] codes = [.. asked.Select(a => a.Code).Where(PractitionerRules.IsCode).OfType<string>().Distinct()];
        var within = await PractitionerTable.ReadAsync(
            work,
            PractitionerTable.Within(actor.Scope).And("p.code = any(@codes)", ("codes", codes)),
            "",
            today,
            cancellationToken
        );
        // A code is taken also where the caller does not reach.
        var taken = await TakenAsync(work, codes, cancellationToken);
        return request =>
        {
            var known = request.Code is not null && taken.Contains(request.Code);
            var before = standing == Standing.Refuse || !known ? null : within.GetValueOrDefault(request.Code!);
            var faults = PractitionerRules.Check(request, before, today);
            around.Check(faults, request, before);
            if (!faults.Any && known && before is null)
            {
                faults.Add(InstitutionsFaults.CodeTaken, "code");
            }

            if (faults.Any)
            {
                return Refused(faults);
            }

            var outcome = Accepted(before, Build(request, before, around, now));
            within[outcome.After!.Code] = outcome.After;
            taken.Add(outcome.After.Code);
            around.Accept(outcome.After);
            return outcome;
        };
    }

    protected override async Task<Practitioner?> LockAsync(Work work, string code, Scope scope, CancellationToken cancellationToken) =>
        (await PractitionerTable.ReadAsync(work, WhereCode(code, scope), "for no key update", Today, cancellationToken)).GetValueOrDefault(
            code
        );

    protected override Task<HashSet<Guid>> InsertAsync(
        Work work,
        IReadOnlyList<Practitioner> entries,
        CancellationToken cancellationToken
    ) => PractitionerTable.InsertAsync(work, entries, cancellationToken);

    protected override Task<HashSet<Guid>> UpdateAsync(
        Work work,
        IReadOnlyList<Practitioner> entries,
        CancellationToken cancellationToken
    ) => PractitionerTable.UpdateAsync(work, entries, cancellationToken);

    protected override Event Tell(Practitioner? before, Practitioner after, IReadOnlyList<FieldChange> changes, DateTimeOffset now) =>
        before is null ? after.ToRegistered(now) : after.ToChanged(now, [.. changes.Select(c => c.Field)]);

    private static Practitioner Build(PractitionerRequest asked, Practitioner? before, Surroundings around, DateTimeOffset now)
    {
        var place = around.Workplace(asked.InstitutionCode)!;
        var mentor = string.IsNullOrEmpty(asked.MentorCode) ? null : asked.MentorCode;
        return new Practitioner
        {
            Id = before?.Id ?? Guid.CreateVersion7(now),
            Code = asked.Code!,
            InstitutionId = place.Id,
            InstitutionCode = place.Code,
            InstitutionNameZh = place.NameZh,
            RegionCode = place.RegionCode,
            Name = asked.Name!.Trim(),
            Category = asked.Category!,
            // Nobody but a physician has one.
            Discipline = asked.Category == "physician" ? asked.Discipline ?? before?.Discipline ?? "" : "",
            GeneralPractice = asked.Category == "physician" && (asked.GeneralPractice ?? before?.GeneralPractice ?? false),
            Title = asked.Title?.Trim() ?? "",
            LicenceNumber = asked.LicenceNumber?.Trim() ?? "",
            LicenceExpiresOn = asked.LicenceExpiresOn,
            LicenceExpired = asked.LicenceExpiresOn < RegionTime.DayOf(now),
            Grade = asked.Grade ?? "",
            MentorCode = mentor,
            MentorId = mentor is null ? null : around.PersonId(mentor) ?? before!.MentorId,
            Sites = [.. (asked.Sites ?? []).Order(StringComparer.Ordinal)],
            MayPrescribeToxic = asked.MayPrescribeToxic ?? false,
            MayPrescribeNarcotic = asked.MayPrescribeNarcotic ?? false,
            Status = before?.Status ?? "active",
            SuspendedReason = before?.SuspendedReason,
            SuspendedBy = before?.SuspendedBy,
            Version = (before?.Version ?? 0) + 1,
            CreatedAt = before?.CreatedAt ?? now,
            UpdatedAt = now,
        };
    }

    private Practitioner Next(Practitioner before) => before with { Version = before.Version + 1, UpdatedAt = Time.GetUtcNow() };

    private static Conditions WhereCode(string code, Scope scope) => PractitionerTable.Within(scope).And("p.code = @code", ("code", code));

    private static async Task<HashSet<string>> TakenAsync(Work work, string[] codes, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select code from institutions.practitioner where code = any($1)", (object)codes);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(reader.GetString(0));
        }

        return taken;
    }
}

/// <param name="RegionPrefix">digits that the region codes of a subtree start with</param>
internal sealed record PractitionerFilter(
    string? Search,
    string? Institution,
    string? Category,
    string? Status,
    string? RegionPrefix,
    string? Next,
    int? Limit
);
