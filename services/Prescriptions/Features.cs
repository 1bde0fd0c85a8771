using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.Exchange;
using TcmBrain.Prescriptions.AuditAdvice;
using TcmBrain.Prescriptions.CdsHooks;
using TcmBrain.Prescriptions.Custody;
using TcmBrain.Prescriptions.InstitutionPolicies;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.Prescriptions.Notifications;
using TcmBrain.Prescriptions.Patients;
using TcmBrain.Prescriptions.Push;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.Prescriptions.Releases;
using TcmBrain.Prescriptions.Review;
using TcmBrain.Prescriptions.Storage;
using TcmBrain.Prescriptions.Watching;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions;

internal static class Features
{
    public static WebApplicationBuilder AddFeatures(this WebApplicationBuilder builder)
    {
        builder.AddGrpcDefaults();
        builder.AddGrpcClientFor<DispensingService.DispensingServiceClient>("pharmacy");
        builder.AddStartupTask<Register>();
        var services = builder.Services;
        services.AddHostedService<RegisterRefresh>();
        services.AddHostedService<MonthsAhead>();
        services.AddSingleton<SignatureKeys>().AddHostedService(provider => provider.GetRequiredService<SignatureKeys>());
        services.AddPatients();
        builder.AddNotifications();
        builder.AddReleases();
        builder.AddInstitutionPolicies();
        services.AddAuditAdvice();
        services.AddCdsHooks();
        services.AddSingleton<SignatureCheck>();
        services.AddSingleton<NarcoticHistory>();
        services.AddSingleton<Acceptance>();
        services.AddSingleton<PushDesk>();
        services.AddSingleton<PushLanes>();
        services.AddSingleton<Reader>();
        services.AddSingleton<SummaryDocument>();
        services.AddSingleton<ListReader>();
        services.AddSingleton<ListRequests>();
        services.AddSingleton<Claims>();
        services.AddSingleton<ReviewQueue>();
        services.AddSingleton<ChangeFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        services.AddSingleton<StatusWatch>();
        services.AddSingleton<WatchStreams>();
        services.AddSingleton<PharmacyClient>();
        services.AddSingleton<Deadlines>();
        services.AddSingleton<Cancellation>();
        services.AddSingleton<Amendment>();
        services.AddSingleton<TakingBack>();
        services.AddSingleton<DueWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DueWorker>());
        services.AddSingleton<Decisions>();
        return builder;
    }

    public static void HandleFacts(ExchangeBuilder exchange) =>
        exchange
            .Handle<InstitutionRegistered, KeepRegister>()
            .Handle<InstitutionChanged, KeepRegister>()
            .Handle<InstitutionSuspended, KeepRegister>()
            .Handle<InstitutionReinstated, KeepRegister>()
            .Handle<PractitionerRegistered, KeepRegister>()
            .Handle<PractitionerChanged, KeepRegister>()
            .Handle<PractitionerSuspended, KeepRegister>()
            .Handle<PractitionerReinstated, KeepRegister>()
            .Handle<SignatureKeyRegistered, KeepSignatureKeys>()
            .Handle<SignatureKeyRevoked, KeepSignatureKeys>()
            .Handle<PrescriptionRouted, FollowFacts>()
            .Handle<StockReserved, FollowFacts>()
            .Handle<ReservationBroken, FollowFacts>()
            .Handle<StockShort, FollowFacts>()
            .Handle<PrescriptionWithdrawn, FollowFacts>()
            .Handle<DispensingStarted, FollowFacts>()
            .Handle<PrescriptionDispensed, FollowFacts>()
            .Handle<PrescriptionChecked, FollowFacts>()
            .Handle<DecoctionStarted, FollowFacts>()
            .Handle<StepCompleted, FollowFacts>()
            .Handle<DecoctionCompleted, FollowFacts>()
            .Handle<ParcelShipped, FollowFacts>()
            .Handle<ParcelArrived, FollowFacts>()
            .Handle<ParcelUndelivered, FollowFacts>()
            .Handle<ParcelDelivered, FollowFacts>()
            .Handle<ParcelReturned, FollowFacts>()
            .Handle<DecoctionScrapped, FollowFacts>()
            .Handle<PrescriptionChecked, KeepCustody>()
            .Handle<ParcelShipped, KeepCustody>()
            .Handle<ParcelArrived, KeepCustody>()
            .Handle<ParcelUndelivered, KeepCustody>()
            .Handle<ParcelDelivered, KeepCustody>()
            .Handle<ParcelReturned, KeepCustody>();

    public static void MapFeatures(this WebApplication app)
    {
        app.MapGrpcService<PrescriptionGrpcService>();
        app.MapPrescriptions();
        app.MapReview();
        app.MapPatients();
        app.MapDelivery();
        app.MapNotifications();
        app.MapReleases();
        app.MapAuditAdvice();
        app.MapInstitutionPolicies();
        app.MapCdsHooks();
    }
}
