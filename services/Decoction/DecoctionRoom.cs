using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.BatchRecords;
using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Institutions;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Scheduling;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.Decoction.Vessels;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction;

/// <summary>Registers what the features below share.</summary>
internal static class DecoctionRoom
{
    public static WebApplicationBuilder AddDecoctionRoom(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<VesselSettings>().BindConfiguration("Vessels").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<Gs1Settings>().BindConfiguration("Gs1").ValidateDataAnnotations().ValidateOnStart();
        builder.AddCatalogueCopy("decoction");
        builder.Services.AddOptions<RecordSettings>().BindConfiguration("Records").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RoomSignal>();
        builder.Services.AddSingleton<ReadingStore>();
        builder.Services.AddSingleton<Sealing>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Sealing>());
        builder.Services.AddSingleton<RoomWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RoomWatch>());
        builder.Services.AddSingleton<RecordSeal>();
        builder.Services.AddSingleton<RecordBook>();
        builder.AddStartupTask<PublishRecordKey>();
        builder.Services.AddSingleton<DeviationDesk>();
        builder.Services.AddOptions<SchedulingSettings>().BindConfiguration("Scheduling").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RoomReader>();
        builder.Services.AddSingleton<PlanBook>();
        builder.Services.AddSingleton<StepReporting>();
        builder.AddDelivery();
        return builder;
    }

    public static void HandleFacts(ExchangeBuilder exchange) =>
        exchange
            .Handle<InstitutionRegistered, InstitutionNames>()
            .Handle<InstitutionChanged, InstitutionNames>()
            .Handle<PrescriptionChecked, OpenJobOnCheck>()
            .Handle<PrescriptionReturned, RecallOnReturn>()
            .KeepCatalogue();

    /// <summary>What is seen and decided over HTTP from the checked prescription until the bags exist.</summary>
    public static void MapRoom(this IEndpointRouteBuilder app)
    {
        app.MapJobs();
        app.MapOverrides();
        app.MapSteps();
        app.MapVessels();
        app.MapVesselCare();
        app.MapDeviations();
        app.MapRecords();
        app.MapBoard();
    }
}
