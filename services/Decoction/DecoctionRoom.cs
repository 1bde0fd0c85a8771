using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Institutions;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.Decoction.Vessels;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;

namespace TcmBrain.Decoction;

/// <summary>Registers what the features below share.</summary>
internal static class DecoctionRoom
{
    public static WebApplicationBuilder AddDecoctionRoom(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<VesselSettings>().BindConfiguration("Vessels").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<Gs1Settings>().BindConfiguration("Gs1").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<DeliverySettings>().BindConfiguration("Delivery").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(Catalogue.Default);
        builder.Services.AddSingleton<ReadingStore>();
        builder.Services.AddSingleton<StepReporting>();
        return builder;
    }

    public static void HandleFacts(ExchangeBuilder exchange) =>
        exchange
            .Handle<InstitutionRegistered, InstitutionNames>()
            .Handle<InstitutionChanged, InstitutionNames>()
            .Handle<PrescriptionChecked, OpenJobOnCheck>();
}
