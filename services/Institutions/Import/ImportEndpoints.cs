using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TcmBrain.Institutions.Practitioners;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Import;

internal static class ImportEndpoints
{
    private const string Csv = "text/csv";

    public static void MapImport(this WebApplication app)
    {
        var import = app.MapGroup("/api/institutions/import")
            .WithTags("import")
            .WithMetadata(new RequestSizeLimitAttribute((long)CsvUpload.LargestMebibytes << 20));
        import
            .MapPost("/institutions", InstitutionsAsync)
            .Accepts<string>(Csv)
            .RequireRole(Roles.Operator, Roles.Regulator)
            .WithName("ImportInstitutions");
        import
            .MapPost("/practitioners", PractitionersAsync)
            .Accepts<string>(Csv)
            .RequireRole(Roles.Operator, Roles.Regulator, Roles.Admin)
            .WithName("ImportPractitioners");
    }

    private static Task<Ok<ImportReport>> InstitutionsAsync(
        Importer importer,
        InstitutionRegister register,
        HttpRequest request,
        ClaimsPrincipal caller,
        CancellationToken stop,
        string? mode = null,
        bool preview = false,
        string? existing = null
    ) => RunAsync(importer, ImportFormats.Institutions, register, ModeOf(mode, preview, existing), request, caller, stop);

    private static Task<Ok<ImportReport>> PractitionersAsync(
        Importer importer,
        PractitionerRegister register,
        HttpRequest request,
        ClaimsPrincipal caller,
        CancellationToken stop,
        string? mode = null,
        bool preview = false,
        string? existing = null
    ) => RunAsync(importer, ImportFormats.Practitioners, register, ModeOf(mode, preview, existing), request, caller, stop);

    private static async Task<Ok<ImportReport>> RunAsync<TEntry, TRequest>(
        Importer importer,
        ImportFormat<TRequest> format,
        EntryRegister<TEntry, TRequest> register,
        ImportMode mode,
        HttpRequest request,
        ClaimsPrincipal caller,
        CancellationToken stop
    )
        where TEntry : class, IEntry
        where TRequest : class
    {
        await using var upload = await CsvUpload.ReceiveAsync(request.Body, stop);
        return TypedResults.Ok(await importer.RunAsync(upload, format, register, mode, Actor.Of(caller), stop));
    }

    private static ImportMode ModeOf(string? mode, bool preview, string? existing)
    {
        new FaultList()
            .Require(mode is null or "all" or "valid", InstitutionsFaults.UnknownMode, "mode")
            .Require(existing is null or "change" or "refuse", InstitutionsFaults.UnknownMode, "existing")
            .ThrowIfAny();
        return new ImportMode(mode != "valid", preview, existing == "refuse" ? Standing.Refuse : Standing.Change);
    }
}
