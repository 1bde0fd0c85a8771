namespace TcmBrain.Traceability.Patients;

/// <summary>The patient's story: open to whoever has the code on the bag, and to nobody else.</summary>
internal static class PatientEndpoints
{
    public static void AddPatients(this IServiceCollection services) => services.AddSingleton<StoryTeller>();

    public static void MapPatients(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/traceability/public/{code}", ReadAsync).AllowAnonymous().WithName("ReadPatientStory").Produces<PatientStory>();

    /// <summary>A code of another form, one that nobody has, and one whose medicine is not packed yet answer alike: TRC-0606.</summary>
    private static async Task<IResult> ReadAsync(
        string code,
        StoryTeller teller,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        response.Headers.CacheControl = "no-store";
        var wellFormed = code.Length is >= 26 and <= 32 && code.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c));
        return wellFormed && await teller.TellAsync(code, cancellationToken) is { } story
            ? TypedResults.Ok(story)
            : throw TraceabilityFaults.CodeNotFound.Exception("code");
    }
}
