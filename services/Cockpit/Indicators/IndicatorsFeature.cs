using TcmBrain.Cockpit.Indicators.Evaluation;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Cockpit.Indicators.Transfer;
using TcmBrain.Cockpit.Indicators.Values;
using TcmBrain.Cockpit.Resources;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Cockpit.Indicators;

/// <summary>Plans, indicators, reported values and the one-map of resources (规划指标与资源一张图).</summary>
internal static class IndicatorsFeature
{
    public static WebApplicationBuilder AddIndicators(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddSingleton<Counts>()
            .AddSingleton<PlanStore>()
            .AddSingleton<ReportStore>()
            .AddSingleton<Evaluator>()
            .AddSingleton<Records>()
            .AddSingleton<Wall>()
            .AddSingleton<Card>()
            .AddSingleton<PlanImport>()
            .AddSingleton<ValueImport>()
            .AddSingleton<ResourceMap>();
        builder.AddStartupTask<PublishedPlans>();
        return builder;
    }

    public static void MapIndicators(this IEndpointRouteBuilder app)
    {
        var authorities = app.MapGroup("/api/cockpit").RequireRole(Roles.Operator, Roles.Regulator);
        authorities.MapWall();
        authorities.MapPlans();
        authorities.MapReports();
        authorities.MapTransfer();
        app.MapResources();
    }
}
