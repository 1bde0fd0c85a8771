using System.Data.Common;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Institutions.History;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Regions;

/// <summary>The region tree. It is the same for everybody, and only the operator maintains it.</summary>
internal sealed class RegionRegister(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
    : EntryRegister<Region, RegionRequest>(exchange, time)
{
    internal const string Columns =
        "r.id, r.code, r.parent, r.name_zh, r.name_en, r.population, r.longitude, r.latitude, r.retired_at, r.version";

    private static readonly Field<Region>[] Entry =
    [
        new("code", r => r.Code),
        new("nameZh", r => r.NameZh),
        new("nameEn", r => r.NameEn),
        new("population", r => r.Population),
        new("longitude", r => r.Longitude),
        new("latitude", r => r.Latitude),
    ];

    protected override Subject Subject => Subject.Region;

    protected override FaultDefinition NotFound => InstitutionsFaults.RegionNotFound;

    protected override IReadOnlyList<Field<Region>> Fields => Entry;

    /// <summary>By their codes.</summary>
    public async Task<IReadOnlyList<Region>> ListAsync(bool withRetired, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from institutions.region r where $1 or r.retired_at is null order by r.code collate \"C\""
        );
        command.Parameters.Add(new NpgsqlParameter { Value = withRetired });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Region?> FindAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from institutions.region r where r.code = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = code });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Nothing is registered in it any more; what was told of it stays.</summary>
    /// <exception cref="FaultException">INS-0155 while something is in it, INS-0157 when it is retired already</exception>
    public Task<Region> RetireAsync(string code, int version, Actor actor, CancellationToken cancellationToken) =>
        StandAsync(
            code,
            version,
            "retired",
            before =>
                before.RetiredAt is not null
                    ? throw InstitutionsFaults.RegionRetired.Exception()
                    : before with
                    {
                        RetiredAt = Time.GetUtcNow(),
                        Version = before.Version + 1,
                    },
            [new("retiredAt", r => r.RetiredAt)],
            Told,
            actor,
            cancellationToken
        );

    protected override async Task<Func<RegionRequest, Outcome<Region>>> PrepareAsync(
        Work work,
        IReadOnlyList<RegionRequest> asked,
        Standing standing,
        Actor actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var codes = asked.Select(a => a.Code).Where(RegionCode.IsWellFormed).OfType<string>().Distinct().ToArray();
        await using var command = work.Command(
            $"select {Columns} from institutions.region r where r.code = any($1) order by r.code for update",
            (object)codes.Concat(codes.Select(RegionCode.Parent).OfType<string>()).Distinct().ToArray()
        );
        var found = (await ReadAsync(command, cancellationToken)).ToDictionary(r => r.Code, StringComparer.Ordinal);
        var parents = found.Values.Where(r => r.RetiredAt is null).Select(r => r.Code).ToHashSet(StringComparer.Ordinal);
        return request =>
        {
            var before = request.Code is null ? null : found.GetValueOrDefault(request.Code);
            var faults = RegionRules.Check(request, parents);
            faults.Require(
                faults.Any || before is null || standing == Standing.Change && before.RetiredAt is null,
                standing == Standing.Change ? InstitutionsFaults.RegionRetired : InstitutionsFaults.CodeTaken,
                "code"
            );
            return faults.Any ? Refused(faults) : Accepted(before, Build(request, before));
        };
    }

    protected override async Task<Region?> LockAsync(Work work, string code, Scope scope, CancellationToken cancellationToken)
    {
        await using var command = work.Command($"select {Columns} from institutions.region r where r.code = $1 for update", code);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    protected override async Task<HashSet<Guid>> InsertAsync(Work work, IReadOnlyList<Region> entries, CancellationToken cancellationToken)
    {
        var stored = new HashSet<Guid>();
        foreach (var region in entries)
        {
            await using var command = work.Command(
                """
                insert into institutions.region (id, code, parent, name_zh, name_en, population, longitude, latitude, version)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (code) do nothing
                """,
                region.Id,
                region.Code,
                region.Parent,
                region.NameZh,
                region.NameEn,
                region.Population,
                region.Longitude,
                region.Latitude,
                region.Version
            );
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
            {
                stored.Add(region.Id);
            }
        }

        return stored;
    }

    protected override async Task<HashSet<Guid>> UpdateAsync(Work work, IReadOnlyList<Region> entries, CancellationToken cancellationToken)
    {
        foreach (var region in entries)
        {
            if (region.RetiredAt is not null)
            {
                await RefuseInUseAsync(work, region.Code, cancellationToken);
            }

            await using var command = work.Command(
                """
                update institutions.region
                set name_zh = $2, name_en = $3, population = $4, longitude = $5, latitude = $6, retired_at = $7, version = $8, updated_at = now()
                where code = $1
                """,
                region.Code,
                region.NameZh,
                region.NameEn,
                region.Population,
                region.Longitude,
                region.Latitude,
                region.RetiredAt,
                region.Version
            );
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return [.. entries.Select(region => region.Id)];
    }

    protected override Event Tell(Region? before, Region after, IReadOnlyList<FieldChange> changes, DateTimeOffset now) => Told(after, now);

    internal static RegionChanged Told(Region after, DateTimeOffset now) =>
        new()
        {
            AggregateId = after.Id,
            Version = after.Version,
            OccurredAt = now,
            Code = after.Code,
            NameZh = after.NameZh,
            NameEn = after.NameEn,
            Population = after.Population,
            Retired = after.RetiredAt is not null,
            Longitude = after.Longitude,
            Latitude = after.Latitude,
        };

    private static Region Build(RegionRequest asked, Region? before) =>
        new()
        {
            Id = before?.Id ?? Guid.CreateVersion7(),
            Code = asked.Code!,
            Parent = RegionCode.Parent(asked.Code!),
            NameZh = asked.NameZh!.Trim(),
            NameEn = asked.NameEn!.Trim(),
            Population = asked.Population ?? 0,
            Longitude = asked.Longitude!.Value,
            Latitude = asked.Latitude!.Value,
            Version = (before?.Version ?? 0) + 1,
        };

    private static async Task RefuseInUseAsync(Work work, string code, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select exists (select from institutions.region where parent = $1 and retired_at is null)
                or exists (select from institutions.institution where region_code = $1)
                or exists (select from institutions.consortium where region_code = $1 and status = 'active')
            """,
            code
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is true)
        {
            throw InstitutionsFaults.RegionInUse.Exception();
        }
    }

    private static async Task<IReadOnlyList<Region>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var regions = new List<Region>();
        while (await reader.ReadAsync(cancellationToken))
        {
            regions.Add(Read(reader));
        }

        return regions;
    }

    internal static Region Read(DbDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            Code = row.GetString(1),
            Parent = row.TextAt(2),
            NameZh = row.GetString(3),
            NameEn = row.GetString(4),
            Population = row.GetInt32(5),
            Longitude = row.GetDouble(6),
            Latitude = row.GetDouble(7),
            RetiredAt = row.MomentAt(8),
            Version = row.GetInt32(9),
        };
}
