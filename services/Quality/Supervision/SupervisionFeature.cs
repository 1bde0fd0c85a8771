using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Supervision;

internal static class SupervisionFeature
{
    public static WebApplicationBuilder AddSupervision(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SupervisionWatchSettings>().BindConfiguration("SupervisionWatch");
        builder.Services.AddSingleton(Thresholds.Load());
        builder.Services.AddSingleton(PatternText.Load());
        builder.Services.AddSingleton<CaseReader>().AddSingleton<Supervisor>().AddSingleton<AlertDesk>();
        builder.Services.AddHostedService<SupervisionWatch>();
        return builder;
    }

    public static void MapSupervision(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/quality/supervision").WithTags("supervision");
        string[] readers = [Roles.Quality, Roles.Regulator, Roles.Operator, Roles.Admin, Roles.Pharmacist];
        group.MapGet("/patterns", SupervisionEndpoints.Patterns).RequireRole(readers).WithName("ListSupervisionPatterns");
        group.MapGet("/alerts", SupervisionEndpoints.ListAsync).RequireRole(readers).WithName("ListSupervisionAlerts");
        group.MapGet("/summary", SupervisionEndpoints.SummaryAsync).RequireRole(readers).WithName("SummariseSupervision");
        group.MapGet("/alerts/{alertId:guid}", SupervisionEndpoints.ReadAsync).RequireRole(readers).WithName("ReadSupervisionAlert");
        group
            .MapPost("/alerts/{alertId:guid}/acts", SupervisionEndpoints.ActAsync)
            .RequireRole(Roles.Quality, Roles.Regulator)
            .WithName("ActOnSupervisionAlert");
        group
            .MapPost("/runs", SupervisionEndpoints.RunAsync)
            .RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator)
            .WithName("RunSupervision");
    }
}
