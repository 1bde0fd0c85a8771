using TcmBrain.Traceability.Capture;
using TcmBrain.Traceability.Identifiers;
using TcmBrain.Traceability.Queries;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Subscriptions;

namespace TcmBrain.Traceability.Standard;

/// <summary>The EPCIS 2.0 interfaces, mounted at /epcis.</summary>
internal static class StandardFeature
{
    public static void AddStandard(this IServiceCollection services)
    {
        services.AddSingleton<EpcisHttp>();
        services.AddSingleton<CompanyPrefixes>();
        services.AddSingleton<EpcUrn>();
        services.AddSingleton<EpcFormatting>();
        services.AddSingleton<QueryDocument>();
        services.AddSingleton<PageTokens>();
        services.AddSingleton<CaptureProfiles>();
        services.AddSingleton<CaptureReader>();
        services.AddSingleton<CaptureJobs>();
        services.AddSingleton<CaptureLane>();
        services.AddHostedService(provider => provider.GetRequiredService<CaptureLane>());
        services.AddSingleton<TopLevelReader>();
        services.AddSingleton<TopLevelEndpoints.Reading>();
        services.AddSingleton<NamedQueries>();
        services.AddSingleton<SubscriptionStore>();
        services.AddSingleton<TokenSeal>();
        services.AddSingleton<DestinationRule>();
        services.AddSingleton<QuerySocket>();
        services.AddHostedService<SubscriptionRunner>();
        services.AddSingleton<MasterData>();
        services.AddSingleton<OwnEvents>();
        services.AddSingleton<EventSearch>();
        services.AddSingleton(provider => new EventAnswers(
            provider.GetRequiredService<EventSearch>(),
            provider.GetRequiredService<MasterData>(),
            provider.GetRequiredService<PageTokens>(),
            provider.GetRequiredService<QueryDocument>()
        ));
    }

    public static void MapStandard(this WebApplication app)
    {
        app.UseWebSockets();
        var http = app.Services.GetRequiredService<EpcisHttp>();
        var epcis = app.MapGroup("/epcis").AddEndpointFilter(http.FilterAsync);
        epcis.MapCapture(http);
        epcis.MapEventQueries(http);
        epcis.MapTopLevel(http);
        epcis.MapQueries(http);
        epcis.MapSubscriptions(http);
    }
}
