using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.AuditAdvice;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Releases;

/// <param name="Next">Number below which the next page goes on; null on the last page.</param>
public sealed record ReleaseList(IReadOnlyList<ReleaseEntry> Items, string? Next, long? Total);

/// <param name="Difference">Row by row what it changes, loosening rows first and marked with an exclamation mark.</param>
public sealed record ReleaseDetail(ReleaseEntry Release, string Difference);

/// <summary>The release that answers on this replica.</summary>
/// <param name="Publication">Counted from 1; 0: the release that the build was made with.</param>
public sealed record CurrentReleaseAnswer(
    string Name,
    long Publication,
    string KnowledgeVersion,
    string PolicyVersion,
    int Pieces,
    int Formulas,
    int Incompatibilities,
    int Rules
);

public sealed record RejectReleaseRequest(string? Reason);

/// <summary>Releases of the audit over HTTP: proposed by one person, published by another, tried on history before that.</summary>
internal static class ReleaseEndpoints
{
    private const int MostBytes = 8 << 20;
    private const int MostText = 500;

    public static void MapReleases(this IEndpointRouteBuilder app)
    {
        var releases = app.MapGroup("/api/prescriptions/releases").WithTags("releases");
        var readers = releases
            .MapGroup("")
            .RequireRole(Roles.Prescriber, Roles.Pharmacist, Roles.Quality, Roles.Admin, Roles.Regulator, Roles.Operator);
        readers.MapGet("/", ListAsync).WithName("ListReleases");
        readers.MapGet("/current", Current).WithName("GetCurrentRelease");
        readers.MapGet("/current/archive", CurrentArchive).WithName("DownloadCurrentRelease");
        readers.MapGet("/{number:long}", GetAsync).WithName("GetRelease");
        readers.MapGet("/{number:long}/archive", ArchiveAsync).WithName("DownloadRelease");
        releases.MapPost("/", ProposeAsync).RequireRole(Roles.Pharmacist, Roles.Quality, Roles.Operator).WithName("ProposeRelease");
        var deciders = releases.MapGroup("").RequireRole(Roles.Quality, Roles.Operator);
        deciders.MapPost("/{number:long}/publish", PublishAsync).WithName("PublishRelease");
        deciders.MapPost("/{number:long}/reject", RejectAsync).WithName("RejectRelease");
        deciders
            .MapGet("/{number:long}/replay", ReplayAsync)
            .WithName("ReplayUnderRelease")
            .Produces<ReplayLine>(200, "application/x-ndjson");
    }

    private static async Task<Ok<ReleaseList>> ListAsync(ReleaseStore store, long? next, int? limit, CancellationToken cancellationToken)
    {
        var most = Math.Clamp(limit ?? 50, 1, 200);
        var items = await store.ListAsync(next ?? long.MaxValue, most + 1, cancellationToken);
        var more = items.Count > most;
        return TypedResults.Ok(
            new ReleaseList(
                more ? items[..most] : items,
                more ? items[most - 1].Number.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
                null
            )
        );
    }

    private static Ok<CurrentReleaseAnswer> Current(CurrentRelease current)
    {
        var (release, publication) = current.Read();
        return TypedResults.Ok(
            new CurrentReleaseAnswer(
                release.Name,
                publication,
                release.Catalogue.Release.Version,
                release.Policy.Version,
                release.Catalogue.Herbs.Length,
                release.Catalogue.Formulas.Length,
                release.Catalogue.Incompatibilities.Length,
                release.Policy.Rules.Length
            )
        );
    }

    private static FileContentHttpResult CurrentArchive(CurrentRelease current) =>
        TypedResults.File(current.Value.Files.ToArchive(), "application/zip", "release.zip");

    private static async Task<Ok<ReleaseDetail>> GetAsync(long number, ReleaseStore store, CancellationToken cancellationToken)
    {
        var entry = await store.FindAsync(number, cancellationToken) ?? throw PrescriptionsFaults.ReleaseNotFound.Exception("number");
        var files = await store.FilesAsync(number, cancellationToken);
        return TypedResults.Ok(new ReleaseDetail(entry, files!.Value.Difference));
    }

    private static async Task<FileContentHttpResult> ArchiveAsync(long number, ReleaseStore store, CancellationToken cancellationToken)
    {
        var files = await store.FilesAsync(number, cancellationToken) ?? throw PrescriptionsFaults.ReleaseNotFound.Exception("number");
        return TypedResults.File(files.Archive, "application/zip", "release.zip");
    }

    /// <summary>The body is the ZIP of a release; it is read and checked whole before anything is stored.</summary>
    private static async Task<Created<ReleaseDetail>> ProposeAsync(
        ClaimsPrincipal caller,
        Stream body,
        string? note,
        CurrentRelease current,
        ReleaseStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        new FaultList()
            .Require(note is null || note.Length <= MostText, PrescriptionsFaults.TooLong, "note", MostText)
            .Require(note is null || !note.Any(char.IsControl), PrescriptionsFaults.ControlCharacters, "note")
            .ThrowIfAny();
        var archive = await ReadAsync(body, cancellationToken);
        var release = await Task.Run(() => Load(archive), cancellationToken);
        var standing = current.Value;
        var difference = ReleaseDifference.Between(standing, release);
        if (difference.Changes.IsEmpty)
        {
            throw PrescriptionsFaults.NothingChanged.Exception("", standing.Name);
        }

        var entry = await store.ProposeAsync(release, difference, note ?? "", caller.Subject(), time.GetUtcNow(), cancellationToken);
        return TypedResults.Created($"/api/prescriptions/releases/{entry.Number}", new ReleaseDetail(entry, difference.Describe()));
    }

    private static Task<Ok<ReleaseEntry>> PublishAsync(
        ClaimsPrincipal caller,
        long number,
        ReleaseStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => DecideAsync(caller, number, null, store, time, cancellationToken);

    private static Task<Ok<ReleaseEntry>> RejectAsync(
        ClaimsPrincipal caller,
        long number,
        RejectReleaseRequest request,
        ReleaseStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var reason = request.Reason?.Trim() ?? "";
        new FaultList()
            .Require(reason.Length > 0, PrescriptionsFaults.Missing, "reason")
            .Require(reason.Length <= MostText, PrescriptionsFaults.TooLong, "reason", MostText)
            .Require(!reason.Any(char.IsControl), PrescriptionsFaults.ControlCharacters, "reason")
            .ThrowIfAny();
        return DecideAsync(caller, number, reason, store, time, cancellationToken);
    }

    private static async Task<Ok<ReleaseEntry>> DecideAsync(
        ClaimsPrincipal caller,
        long number,
        string? rejection,
        ReleaseStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var decision = await store.DecideAsync(
            number,
            rejection,
            caller.Subject(),
            time.GetUtcNow(),
            AuditRelease.BuiltIn.Name,
            cancellationToken
        );
        FaultException? refusal = decision switch
        {
            ReleaseDecision.NotFound => PrescriptionsFaults.ReleaseNotFound.Exception("number"),
            ReleaseDecision.AlreadyDecided => PrescriptionsFaults.ReleaseDecided.Exception("number"),
            ReleaseDecision.SamePerson => PrescriptionsFaults.SamePerson.Exception(),
            ReleaseDecision.Stale => PrescriptionsFaults.StaleRelease.Exception("number"),
            _ => null,
        };
        return refusal is not null
            ? throw refusal
            : TypedResults.Ok(
                await store.FindAsync(number, cancellationToken) ?? throw PrescriptionsFaults.ReleaseNotFound.Exception("number")
            );
    }

    /// <summary>One JSON object a line: each prescription that the release would judge otherwise, then the sum. Number 0 is the release that answers.</summary>
    private static async Task<PushStreamHttpResult> ReplayAsync(
        ClaimsPrincipal caller,
        long number,
        int? days,
        ReleaseStore store,
        CurrentRelease current,
        Replay replay,
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json,
        CancellationToken cancellationToken
    )
    {
        var wanted = days ?? 7;
        new FaultList()
            .Require(wanted is >= 1 and <= Replay.MostDays, PrescriptionsFaults.ReplayDays, "days", Replay.MostDays)
            .ThrowIfAny();
        var candidate = current.Value;
        if (number != 0)
        {
            var files = await store.FilesAsync(number, cancellationToken) ?? throw PrescriptionsFaults.ReleaseNotFound.Exception("number");
            candidate = await Task.Run(() => Load(files.Archive), cancellationToken);
        }

        var scope = AuditScope.Of(caller);
        return TypedResults.Stream(
            async stream =>
            {
                await foreach (var line in replay.RunAsync(scope, candidate, wanted, cancellationToken))
                {
                    await JsonSerializer.SerializeAsync(stream, line, json.Value.SerializerOptions, cancellationToken);
                    await stream.WriteAsync("\n"u8.ToArray(), cancellationToken);
                }
            },
            "application/x-ndjson"
        );
    }

    private static AuditRelease Load(byte[] archive)
    {
        try
        {
            return AuditRelease.Load(AuditReleaseFiles.FromArchive(archive));
        }
        catch (BrokenReleaseException e)
        {
            var faults = new FaultList();
            foreach (var fault in e.Faults.Take(100))
            {
                faults.Add(PrescriptionsFaults.BrokenRelease, $"{fault.File}:{fault.Line}", fault.Reason);
            }

            faults.ThrowIfAny();
            throw;
        }
    }

    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream();
        var buffer = new byte[81_920];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (archive.Length + read > MostBytes)
            {
                throw GeneralFaults.TooLarge.Exception();
            }

            archive.Write(buffer, 0, read);
        }

        return archive.ToArray();
    }
}
