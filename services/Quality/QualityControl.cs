using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Quality.Lots;
using TcmBrain.Quality.Nonconformities;
using TcmBrain.Quality.Process;

namespace TcmBrain.Quality;

/// <summary>Registers what the features below share.</summary>
internal static class QualityControl
{
    public static WebApplicationBuilder AddQualityControl(this WebApplicationBuilder builder)
    {
        builder.AddCatalogueCopy("quality");
        builder.Services.AddSingleton(services => LotLimits.Load(services.GetRequiredService<CurrentCatalogue>()));
        builder.Services.AddSingleton(TestNeeds.Load());
        builder.Services.AddSingleton(GradeRule.Load());
        builder.Services.AddSingleton<ResultBook>();
        builder.Services.AddSingleton<LotDecision>();
        builder.Services.AddSingleton<ResultDesk>();
        builder.Services.AddSingleton<LotReader>();
        builder.AddNonconformities();
        builder.AddProcess();
        var supervision = builder.Services.AddOptions<SupervisionSettings>().BindConfiguration("Supervision").ValidateOnStart();
        supervision.Validate(s => s.AreWellFormed, "Supervision:Regions must hold GB/T 2260 codes.");
        if (builder.Configuration.GetValue<bool>("Demo:Enabled"))
        {
            // The demo's one quality centre sits in Hangzhou and looks after the centre in Yiwu as well.
            supervision.PostConfigure(s => s.Regions.TryAdd(DemoRegion.QualityCentre.Code, [DemoRegion.Hangzhou, DemoRegion.Yiwu]));
        }

        return builder.AddOversight();
    }

    /// <summary>Lots, processes and nonconformities.</summary>
    public static ExchangeBuilder HandleControl(this ExchangeBuilder exchange) =>
        exchange
            .Handle<LotAccepted, OpenReleaseOnAcceptance>()
            .Handle<RecallOrdered, RecallOnOrder>()
            .HandleNonconformities()
            .HandleProcess();

    /// <inheritdoc cref="HandleControl"/>
    public static void MapControl(this IEndpointRouteBuilder app)
    {
        app.MapLots();
        app.MapNonconformities();
        app.MapCharts();
    }
}
