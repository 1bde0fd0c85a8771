using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Process;

/// <summary>Control charts: what they listen to, what they need, what they answer.</summary>
internal static class ProcessFeature
{
    public static ExchangeBuilder HandleProcess(this ExchangeBuilder exchange) =>
        exchange
            .Handle<PrescriptionChecked, PointsOnEvents>()
            .Handle<StepCompleted, PointsOnEvents>()
            .Handle<PackingChecked, PointsOnEvents>()
            .Handle<DecoctionCompleted, PointsOnEvents>();

    public static WebApplicationBuilder AddProcess(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Measures.Load());
        builder.Services.AddSingleton<SignalBook>();
        builder.Services.AddSingleton<ChartKeeper>();
        builder.Services.AddSingleton<ChartReader>();
        builder.Services.AddSingleton<BaselineDesk>();
        builder.Services.AddSingleton<ChartWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ChartWatch>());
        return builder;
    }
}
