using TcmBrain.Traceability.Access;
using TcmBrain.Traceability.Capture;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Patients;
using TcmBrain.Traceability.Queries;
using TcmBrain.Traceability.Recalls;
using TcmBrain.Traceability.Standard;
using TcmBrain.Traceability.Steps;

namespace TcmBrain.Traceability;

internal static class TraceabilityFeatures
{
    /// <exception cref="InvalidOperationException">The signing key or the company prefix is missing or malformed.</exception>
    public static WebApplicationBuilder AddTraceability(this WebApplicationBuilder builder)
    {
        var log = LogOptions.Read(builder.Configuration);
        var services = builder.Services;
        services.AddSingleton(log);
        services.AddSingleton(_ => LogKey.FromSeed(log.Origin, log.SigningKey));
        services.AddSingleton(ProfileOptions.Read(builder.Configuration));
        services.AddSingleton<VocabularyStore>();
        services.AddSingleton<LogNews>();
        services.AddSingleton<TraceLog>();
        services.AddSingleton<LogEnd>();
        services.AddSingleton<Allocations>();
        services.AddSingleton<TraceReader>();
        services.AddHostedService<HeadSigner>();
        services.AddStandard();
        services.AddHostedService<LogAuditor>();
        services.AddGraph();
        services.AddRecalls();
        services.AddPatients();
        return builder;
    }

    public static WebApplication MapTraceability(this WebApplication app)
    {
        app.MapStandard();
        app.MapTrace();
        app.MapLog();
        app.MapTiles();
        app.MapGraph();
        app.MapRecalls();
        app.MapPatients();
        app.MapParties();
        return app;
    }
}
