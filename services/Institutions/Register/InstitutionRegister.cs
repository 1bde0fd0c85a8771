using System.Collections.Frozen;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Institutions.History;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>The register of institutions (机构登记).</summary>
internal sealed class InstitutionRegister(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
    : EntryRegister<Institution, InstitutionRequest>(exchange, time)
{
    private static readonly Field<Institution>[] Entry =
    [
        new("code", i => i.Code),
        new("nameZh", i => i.NameZh),
        new("nameEn", i => i.NameEn),
        new("kind", i => i.Kind),
        new("ownership", i => i.Ownership),
        new("level", i => i.Level),
        new("regionCode", i => i.RegionCode),
        new("addressZh", i => i.AddressZh),
        new("longitude", i => i.Longitude),
        new("latitude", i => i.Latitude),
        new("licenceNumber", i => i.LicenceNumber),
        new("licenceExpiresOn", i => i.LicenceExpiresOn),
        new("beds", i => i.Beds),
        new("tcmHall", i => i.TcmHall),
        new("attributes", i => i.Attributes),
        new("departments", i => i.Departments),
    ];

    private static readonly Field<Institution>[] StandingFields =
    [
        new("status", i => i.Status),
        new("suspendedReason", i => i.SuspendedReason),
    ];

    private Keyset<Institution> List => new(InstitutionTable.Columns, "institutions.institution i", Order, ReadRow, KeyOf);

    private const string OwnOnly = "i.code = @scope_own";

    private static readonly string[] Order = ["i.region_code", "i.name_zh", "i.code"];

    protected override Subject Subject => Subject.Institution;

    protected override FaultDefinition NotFound => InstitutionsFaults.InstitutionNotFound;

    protected override IReadOnlyList<Field<Institution>> Fields => Entry;

    private DateOnly Today => RegionTime.DayOf(Time.GetUtcNow());

    /// <exception cref="FaultException">INS-0103, INS-0113, INS-0114</exception>
    public Task<Listing<Institution>> ListAsync(InstitutionFilter filter, Scope scope, CancellationToken cancellationToken) =>
        List.ReadAsync(
            database,
            scope
                .Restrict(new Conditions(), "i.region_code", OwnOnly)
                .AndIf(filter.Kind, "i.kind = @kind", "kind")
                .AndIf(filter.Status, "i.status = @status", "status")
                .AndIf(filter.RegionPrefix, "i.region_code collate \"C\" like @region || '%'", "region")
                .AndSearch(filter.Search, "i", "name_zh", "name_en"),
            filter.Next,
            filter.Limit,
            cancellationToken
        );

    /// <returns>null when there is none, or it is outside the scope</returns>
    public async Task<Institution?> FindAsync(string code, Scope scope, CancellationToken cancellationToken)
    {
        var where = WhereCode(code, scope);
        await using var command = database.CreateCommand(
            $"select {InstitutionTable.Columns} from institutions.institution i where {where.Sql}"
        );
        where.Bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadRow(reader) : null;
    }

    /// <summary>From the next token and the next push on, its programs and people are refused.</summary>
    public Task<Institution> SuspendAsync(string code, int version, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        new FaultList().RequireText(reason, "reason", TextRules.LongestReason).ThrowIfAny();
        return StandAsync(
            code,
            version,
            "suspended",
            before =>
                before.Status == "suspended"
                    ? throw InstitutionsFaults.AlreadySuspended.Exception()
                    : Next(before) with
                    {
                        Status = "suspended",
                        SuspendedReason = reason!.Trim(),
                    },
            StandingFields,
            (after, now) =>
                new InstitutionSuspended
                {
                    AggregateId = after.Id,
                    Version = after.Version,
                    OccurredAt = now,
                    Code = after.Code,
                    Reason = after.SuspendedReason!,
                },
            actor,
            cancellationToken
        );
    }

    public Task<Institution> ReinstateAsync(string code, int version, Actor actor, CancellationToken cancellationToken) =>
        StandAsync(
            code,
            version,
            "reinstated",
            before =>
                before.Status != "suspended"
                    ? throw InstitutionsFaults.NotSuspended.Exception()
                    : Next(before) with
                    {
                        Status = "active",
                        SuspendedReason = null,
                    },
            StandingFields,
            (after, now) =>
                new InstitutionReinstated
                {
                    AggregateId = after.Id,
                    Version = after.Version,
                    OccurredAt = now,
                    Code = after.Code,
                },
            actor,
            cancellationToken
        );

    protected override async Task<Func<InstitutionRequest, Outcome<Institution>>> PrepareAsync(
        Work work,
        IReadOnlyList<InstitutionRequest> asked,
        Standing standing,
        Actor actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var today = RegionTime.DayOf(now);
        var regions = await RegionsAsync(work, asked.Select(a => a.RegionCode), cancellationToken);
        var entries = await InstitutionTable.ReadAsync(
            work,
            [.. asked.Select(a => a.Code).Where(InstitutionCode.IsValid).OfType<string>().Distinct()],
            today,
            cancellationToken
        );
        return request =>
        {
            var known = request.Code is null ? null : entries.GetValueOrDefault(request.Code);
            var before =
                standing == Standing.Change && known is not null && actor.Scope.Covers(known.Code, known.RegionCode) ? known : null;
            var faults = InstitutionRules.Check(request, before, regions, actor, today);
            if (!faults.Any && known is not null && before is null)
            {
                faults.Add(InstitutionsFaults.CodeTaken, "code");
            }

            if (faults.Any)
            {
                return Refused(faults);
            }

            var outcome = Accepted(before, Build(request, before, now));
            InstitutionRules.CheckRights(faults, outcome.Changes, actor);
            if (faults.Any)
            {
                return Refused(faults);
            }

            entries[outcome.After!.Code] = outcome.After;
            return outcome;
        };
    }

    protected override Task<Institution?> LockAsync(Work work, string code, Scope scope, CancellationToken cancellationToken) =>
        InstitutionTable.LockAsync(work, WhereCode(code, scope), Today, cancellationToken);

    protected override Task<HashSet<Guid>> InsertAsync(
        Work work,
        IReadOnlyList<Institution> entries,
        CancellationToken cancellationToken
    ) => InstitutionTable.InsertAsync(work, entries, cancellationToken);

    protected override Task<HashSet<Guid>> UpdateAsync(
        Work work,
        IReadOnlyList<Institution> entries,
        CancellationToken cancellationToken
    ) => InstitutionTable.UpdateAsync(work, entries, cancellationToken);

    protected override Event Tell(Institution? before, Institution after, IReadOnlyList<FieldChange> changes, DateTimeOffset now) =>
        before is null ? after.ToRegistered(now) : after.ToChanged(now, [.. changes.Select(c => c.Field)]);

    private static Institution Build(InstitutionRequest asked, Institution? before, DateTimeOffset now) =>
        new()
        {
            Id = before?.Id ?? Guid.CreateVersion7(now),
            Code = asked.Code!,
            NameZh = asked.NameZh!.Trim(),
            NameEn = asked.NameEn!.Trim(),
            Kind = asked.Kind!,
            Ownership = asked.Ownership ?? "public",
            Level = asked.Level?.Trim() ?? "",
            RegionCode = asked.RegionCode!,
            AddressZh = asked.AddressZh?.Trim() ?? "",
            Longitude = asked.Longitude,
            Latitude = asked.Latitude,
            LicenceNumber = asked.LicenceNumber?.Trim() ?? "",
            LicenceExpiresOn = asked.LicenceExpiresOn,
            LicenceExpired = asked.LicenceExpiresOn < RegionTime.DayOf(now),
            Beds = asked.Beds ?? 0,
            TcmHall = asked.TcmHall ?? false,
            Attributes = InstitutionAttributes.Standing(asked.Attributes) ?? before?.Attributes ?? InstitutionAttributes.None,
            Departments =
            [
                .. (asked.Departments ?? [])
                    .Select(d => new Department(
                        d.Code!,
                        string.IsNullOrWhiteSpace(d.NameZh) ? DiagnosisSubjects.Find(d.Code)!.NameZh : d.NameZh.Trim()
                    ))
                    .OrderBy(d => d.Code, StringComparer.Ordinal),
            ],
            Consortia = before?.Consortia ?? [],
            Status = before?.Status ?? "active",
            SuspendedReason = before?.SuspendedReason,
            Version = (before?.Version ?? 0) + 1,
            CreatedAt = before?.CreatedAt ?? now,
            UpdatedAt = now,
        };

    private Institution Next(Institution before) => before with { Version = before.Version + 1, UpdatedAt = Time.GetUtcNow() };

    private Institution ReadRow(System.Data.Common.DbDataReader row) => InstitutionTable.Read(row, Today);

    private static Conditions WhereCode(string code, Scope scope) =>
        scope.Restrict(new Conditions(), "i.region_code", OwnOnly).And("i.code = @code", ("code", code));

    private static string[] KeyOf(Institution institution) => [institution.RegionCode, institution.NameZh, institution.Code];

    /// <summary>Those that exist and are not retired, kept from being retired until the work is done.</summary>
    private static async Task<FrozenSet<string>> RegionsAsync(Work work, IEnumerable<string?> codes, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select code from institutions.region where code = any($1) and retired_at is null order by code for key share",
            (object)codes.OfType<string>().Where(RegionCode.IsWellFormed).Distinct().ToArray()
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found.ToFrozenSet(StringComparer.Ordinal);
    }
}

/// <param name="RegionPrefix">digits that the region codes of a subtree start with</param>
internal sealed record InstitutionFilter(string? Search, string? Kind, string? Status, string? RegionPrefix, string? Next, int? Limit);
