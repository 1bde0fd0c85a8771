using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>Nonconformities: what they listen to, and what they need.</summary>
internal static class NonconformityFeature
{
    public static ExchangeBuilder HandleNonconformities(this ExchangeBuilder exchange) =>
        exchange.Handle<DeviationDetected, OpenNonconformity>();

    public static WebApplicationBuilder AddNonconformities(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(SeverityRule.Load());
        builder.Services.AddSingleton<NonconformityBook>();
        builder.Services.AddSingleton<NonconformityDesk>();
        builder.Services.AddSingleton<NonconformityActs>();
        builder.Services.AddSingleton<NonconformityReader>();
        builder.Services.AddSingleton<EscalationWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EscalationWatch>());
        return builder;
    }
}
