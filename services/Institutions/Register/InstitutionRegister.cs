using Dapper;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>The register of institutions: every change is one transaction with the event that tells of it.</summary>
internal sealed class InstitutionRegister(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
{
    private const string Columns = """
        i.id, i.code, i.name_zh as NameZh, i.name_en as NameEn, i.kind, i.level, i.region_code as RegionCode, i.longitude, i.latitude,
        i.status, i.suspended_reason as SuspendedReason, i.version
        """;

    public async Task<IReadOnlyList<Region>> RegionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var regions = await connection.QueryAsync<Region>(
            new CommandDefinition(
                """
                select code, parent, name_zh as NameZh, name_en as NameEn, population, longitude, latitude
                from institutions.region order by code
                """,
                cancellationToken: cancellationToken
            )
        );
        return regions.AsList();
    }

    public async Task<Page<Institution>> ListAsync(InstitutionFilter filter, Scope scope, CancellationToken cancellationToken)
    {
        const string Where = $"""
            from institutions.institution i
            where {Scope.Sql}
              and (@kind::text is null or i.kind = @kind)
              and (@status::text is null or i.status = @status)
              and (@region::text is null or i.region_code like @region || '%')
              and (@search::text is null or i.code = @search or i.name_zh ilike @pattern or i.name_en ilike @pattern)
            """;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            scope.All,
            scope.RegionPrefix,
            scope.OwnCode,
            filter.Kind,
            filter.Status,
            filter.Region,
            filter.Search,
            pattern = filter.Search is null ? null : "%" + Escape(filter.Search) + "%",
            limit = filter.Size,
            offset = (filter.Number - 1) * filter.Size,
        };
        var total = await connection.ExecuteScalarAsync<long>(
            new CommandDefinition($"select count(*) {Where}", parameters, cancellationToken: cancellationToken)
        );
        var items = await connection.QueryAsync<Institution>(
            new CommandDefinition(
                $"select {Columns} {Where} order by i.region_code, i.name_zh, i.code limit @limit offset @offset",
                parameters,
                cancellationToken: cancellationToken
            )
        );
        return new Page<Institution>(items.AsList(), total, filter.Number, filter.Size);
    }

    /// <returns>null when there is none, or it is outside the scope</returns>
    public async Task<Institution?> FindAsync(string code, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Institution>(
            new CommandDefinition(
                $"select {Columns} from institutions.institution i where i.code = @code and {Scope.Sql}",
                new
                {
                    code,
                    scope.All,
                    scope.RegionPrefix,
                    scope.OwnCode,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <exception cref="FaultException">every fault of the request; INS-0107 when the code is taken</exception>
    public async Task<Institution> RegisterAsync(InstitutionRegistration asked, Scope scope, CancellationToken cancellationToken)
    {
        var regions = (await RegionsAsync(cancellationToken)).Select(region => region.Code).ToHashSet(StringComparer.Ordinal);
        RegistrationRules.Check(asked, regions, scope).ThrowIfAny();
        var institution = new Institution(
            Guid.CreateVersion7(),
            asked.Code!,
            asked.NameZh!.Trim(),
            asked.NameEn!.Trim(),
            asked.Kind!,
            asked.Level?.Trim() ?? "",
            asked.RegionCode!,
            asked.Longitude,
            asked.Latitude,
            "active",
            null,
            1
        );
        await using var work = await exchange.BeginAsync(cancellationToken);
        var inserted = await work.Connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into institutions.institution
                    (id, code, name_zh, name_en, kind, level, region_code, longitude, latitude, version, created_at, updated_at)
                values (@Id, @Code, @NameZh, @NameEn, @Kind, @Level, @RegionCode, @Longitude, @Latitude, 1, @now, @now)
                on conflict (code) do nothing
                """,
                new
                {
                    institution.Id,
                    institution.Code,
                    institution.NameZh,
                    institution.NameEn,
                    institution.Kind,
                    institution.Level,
                    institution.RegionCode,
                    institution.Longitude,
                    institution.Latitude,
                    now = time.GetUtcNow(),
                },
                work.Transaction,
                cancellationToken: cancellationToken
            )
        );
        if (inserted == 0)
        {
            throw InstitutionsFaults.CodeTaken.Exception("code");
        }

        work.Publish(
            new InstitutionRegistered
            {
                AggregateId = institution.Id,
                Version = 1,
                OccurredAt = time.GetUtcNow(),
                Code = institution.Code,
                NameZh = institution.NameZh,
                NameEn = institution.NameEn,
                Kind = institution.Kind,
                RegionCode = institution.RegionCode,
                Longitude = institution.Longitude,
                Latitude = institution.Latitude,
            }
        );
        await work.CommitAsync(cancellationToken);
        return institution;
    }

    /// <summary>From the next token and the next push on, its programs and people are refused.</summary>
    public Task<Institution> SuspendAsync(string code, int version, string? reason, Scope scope, CancellationToken cancellationToken)
    {
        var faults = new FaultList();
        RegistrationRules.CheckText(faults, reason, "reason", RegistrationRules.LongestReason);
        faults.ThrowIfAny();
        return ChangeAsync(
            code,
            version,
            scope,
            before =>
                before.Status == "suspended"
                    ? throw InstitutionsFaults.AlreadySuspended.Exception()
                    : before with
                    {
                        Status = "suspended",
                        SuspendedReason = reason!.Trim(),
                    },
            after => new InstitutionSuspended
            {
                AggregateId = after.Id,
                Version = after.Version,
                OccurredAt = time.GetUtcNow(),
                Code = after.Code,
                Reason = after.SuspendedReason!,
            },
            cancellationToken
        );
    }

    public Task<Institution> ReinstateAsync(string code, int version, Scope scope, CancellationToken cancellationToken) =>
        ChangeAsync(
            code,
            version,
            scope,
            before =>
                before.Status != "suspended"
                    ? throw InstitutionsFaults.NotSuspended.Exception()
                    : before with
                    {
                        Status = "active",
                        SuspendedReason = null,
                    },
            after => new InstitutionReinstated
            {
                AggregateId = after.Id,
                Version = after.Version,
                OccurredAt = time.GetUtcNow(),
                Code = after.Code,
            },
            cancellationToken
        );

    private async Task<Institution> ChangeAsync(
        string code,
        int version,
        Scope scope,
        Func<Institution, Institution> decide,
        Func<Institution, Event> tell,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var before =
            await work.Connection.QuerySingleOrDefaultAsync<Institution>(
                new CommandDefinition(
                    $"select {Columns} from institutions.institution i where i.code = @code and {Scope.Sql} for update",
                    new
                    {
                        code,
                        scope.All,
                        scope.RegionPrefix,
                        scope.OwnCode,
                    },
                    work.Transaction,
                    cancellationToken: cancellationToken
                )
            ) ?? throw InstitutionsFaults.InstitutionNotFound.Exception();
        if (before.Version != version)
        {
            throw InstitutionsFaults.Stale.Exception();
        }

        var after = decide(before) with { Version = before.Version + 1 };
        await work.Connection.ExecuteAsync(
            new CommandDefinition(
                """
                update institutions.institution
                set status = @Status, suspended_reason = @SuspendedReason, version = @Version, updated_at = @now
                where id = @Id
                """,
                new
                {
                    after.Status,
                    after.SuspendedReason,
                    after.Version,
                    now = time.GetUtcNow(),
                    after.Id,
                },
                work.Transaction,
                cancellationToken: cancellationToken
            )
        );
        work.Publish(tell(after));
        await work.CommitAsync(cancellationToken);
        return after;
    }

    private static string Escape(string pattern) =>
        pattern
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
}

/// <param name="Region">prefix of region codes: a subtree</param>
internal sealed record InstitutionFilter(string? Search, string? Kind, string? Status, string? Region, int Number, int Size);
