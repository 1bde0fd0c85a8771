using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using TcmBrain.Institutions.Consortia;
using TcmBrain.Institutions.Practitioners;
using TcmBrain.Institutions.Regions;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.History;

/// <summary>The history of an entry, for those who may read the entry.</summary>
internal static class HistoryEndpoints
{
    public static void MapHistory(this WebApplication app)
    {
        var register = app.MapGroup("/api/institutions").WithTags("history");
        register
            .MapGet(
                "/{code:length(18)}/history",
                async (string code, InstitutionRegister at, [AsParameters] Asked asked) =>
                    await ListAsync(asked, await at.FindAsync(code, asked.Scope, asked.Stop), InstitutionsFaults.InstitutionNotFound)
            )
            .WithName("ListInstitutionHistory");
        register
            .MapGet(
                "/practitioners/{code:length(6,32)}/history",
                async (string code, PractitionerRegister at, [AsParameters] Asked asked) =>
                    await ListAsync(asked, await at.FindAsync(code, asked.Scope, asked.Stop), InstitutionsFaults.PractitionerNotFound)
            )
            .WithName("ListPractitionerHistory");
        register
            .MapGet(
                "/consortia/{code:length(4,32)}/history",
                async (string code, ConsortiumRegister at, [AsParameters] Asked asked) =>
                    await ListAsync(asked, await at.FindAsync(code, asked.Scope, asked.Stop), InstitutionsFaults.ConsortiumNotFound)
            )
            .WithName("ListConsortiumHistory");
        register
            .MapGet(
                "/regions/{code:length(6)}/history",
                async (string code, RegionRegister at, [AsParameters] Asked asked) =>
                    await ListAsync(asked, await at.FindAsync(code, asked.Stop), InstitutionsFaults.RegionNotFound)
            )
            .WithName("ListRegionHistory");
    }

    private sealed record Asked(
        NpgsqlDataSource Database,
        ClaimsPrincipal Caller,
        CancellationToken Stop,
        [FromQuery(Name = "next")] string? Next = null,
        [FromQuery(Name = "limit")] int? Limit = null
    )
    {
        public Scope Scope => Scope.Of(Caller);
    }

    /// <summary>Newest first.</summary>
    private static async Task<Ok<Listing<EntryChange>>> ListAsync(Asked asked, IEntry? entry, FaultDefinition notFound)
    {
        var next = asked.Next;
        if (entry is null)
        {
            throw notFound.Exception();
        }

        var size = asked.Limit ?? 50;
        var before = int.MaxValue;
        new FaultList()
            .Require(size is >= 1 and <= Keyset.Largest, InstitutionsFaults.WrongPage, "limit", 1, Keyset.Largest)
            .Require(
                next is null || int.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out before),
                InstitutionsFaults.WrongToken,
                "next"
            )
            .ThrowIfAny();
        await using var command = asked.Database.CreateCommand(
            """
            select version, action, at, actor, actor_of, changes::text, (select count(*) from institutions.change where subject_id = $1)
            from institutions.change where subject_id = $1 and version < $2 order by version desc limit $3
            """
        );
        command.Parameters.Add(new() { Value = entry.Id });
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = size + 1 });
        var items = new List<EntryChange>(size);
        var total = 0L;
        await using var reader = await command.ExecuteReaderAsync(asked.Stop);
        while (await reader.ReadAsync(asked.Stop))
        {
            items.Add(
                new EntryChange(
                    reader.GetInt32(0),
                    reader.GetString(1),
                    reader.GetFieldValue<DateTimeOffset>(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    StoredJson.Read<FieldChange[]>(reader.GetString(5))
                )
            );
            total = reader.GetInt64(6);
        }

        var more = items.Count > size;
        if (more)
        {
            items.RemoveAt(size);
        }

        return TypedResults.Ok(
            new Listing<EntryChange>(items, more ? items[^1].Version.ToString(CultureInfo.InvariantCulture) : null, total)
        );
    }
}
