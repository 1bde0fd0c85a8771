using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Quality.Reviews.Feedback;
using TcmBrain.Quality.Reviews.Judging;
using TcmBrain.Quality.Reviews.Register;
using TcmBrain.Quality.Reviews.Results;
using TcmBrain.Quality.Reviews.Sampling;

namespace TcmBrain.Quality.Reviews;

/// <summary>处方点评: the register, samples, work lists, verdicts, answers, results.</summary>
internal static class ReviewFeature
{
    public static ExchangeBuilder KeepRegister(this ExchangeBuilder exchange) =>
        exchange
            .Handle<PrescriptionReceived, NoteReceipt>()
            .Handle<PrescriptionAudited, NoteFindings>()
            .Handle<PrescriptionApproved, NoteApproval>()
            .Handle<PrescriptionChecked, NoteCheck>()
            .Handle<PrescriptionCancelled, NoteCancelling>()
            .Handle<PrescriptionSuperseded, NoteSuperseding>();

    public static void AddReviews(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ReviewSettings>().BindConfiguration("Reviews").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(ReviewCodes.Load());
        builder.Services.AddSingleton(SamplingRegulation.Load());
        builder.Services.AddSingleton<RunDrawing>();
        builder.Services.AddSingleton<ReviewReading>();
        builder.Services.AddSingleton<ClaimDesk>();
        builder.Services.AddSingleton<Assigning>();
        builder.Services.AddSingleton<VerdictDesk>();
        builder.Services.AddSingleton<AnswerDesk>();
        builder.Services.AddSingleton<Publishing>();
        builder.Services.AddSingleton(ConsequenceRule.Load());
        builder.Services.AddHostedService<ReviewWatch>();
    }

    public static void MapReviews(this IEndpointRouteBuilder app)
    {
        app.MapSamplingPlans();
        app.MapSamplingRuns();
        app.MapJudging();
        app.MapFeedback();
        app.MapResults();
    }
}
