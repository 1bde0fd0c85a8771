using TcmBrain.Decoction.Couriers;
using TcmBrain.Decoction.Labels;
using TcmBrain.Decoction.Packing;
using TcmBrain.Decoction.PatientPage;
using TcmBrain.ServiceDefaults;

namespace TcmBrain.Decoction.Parcels;

/// <summary>From the bags to the patient's hand.</summary>
internal static class DeliveryFeature
{
    public static WebApplicationBuilder AddDelivery(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DeliverySettings>().BindConfiguration("Delivery").ValidateDataAnnotations().ValidateOnStart();
        // Asked with the token of whoever asks this service: who may see what of a patient is decided there, and recorded.
        builder.AddServiceClient("prescriptions");
        builder.Services.AddSingleton<ParcelActs>();
        builder.Services.AddSingleton<PickUpCodes>();
        builder.Services.AddSingleton<PackingBench>();
        builder.Services.AddSingleton<LabelFont>();
        builder.Services.AddSingleton<LabelPrinter>();
        return builder;
    }

    public static void MapDelivery(this IEndpointRouteBuilder app)
    {
        app.MapParcels();
        app.MapParcelReads();
        app.MapCouriers();
        app.MapColdChain();
        app.MapColdReads();
        app.MapPacking();
        app.MapLabels();
        app.MapPatientPage();
    }
}
