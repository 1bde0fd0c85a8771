using TcmBrain.Quality.Evaluation;
using TcmBrain.Quality.Reports;
using TcmBrain.Quality.Satisfaction;
using TcmBrain.Quality.Supervision;

namespace TcmBrain.Quality;

/// <summary>What watches over a region rather than over one prescription: behaviour, evaluation, satisfaction, reports.</summary>
internal static class Oversight
{
    public static WebApplicationBuilder AddOversight(this WebApplicationBuilder builder) =>
        builder.AddSupervision().AddSatisfaction().AddEvaluation().AddReports();

    public static void MapOversight(this IEndpointRouteBuilder app)
    {
        app.MapSupervision();
        app.MapSatisfaction();
        app.MapEvaluation();
        app.MapReports();
    }
}
