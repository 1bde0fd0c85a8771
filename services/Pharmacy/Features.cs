using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Dispensing;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Positions;
using TcmBrain.Pharmacy.Prices;
using TcmBrain.Pharmacy.Purchasing;
using TcmBrain.Pharmacy.Recall;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Routing;
using TcmBrain.Pharmacy.Scales;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Stocktakes;
using TcmBrain.Pharmacy.Transfers;
using TcmBrain.Pharmacy.Withdrawal;
using TcmBrain.Pharmacy.WriteOffs;

namespace TcmBrain.Pharmacy;

internal static class Features
{
    public static void HandlePharmacyEvents(this ExchangeBuilder exchange) =>
        exchange
            .Handle<InstitutionRegistered, InstitutionRegister>()
            .Handle<InstitutionChanged, InstitutionRegister>()
            .Handle<InstitutionSuspended, InstitutionRegister>()
            .Handle<InstitutionReinstated, InstitutionRegister>()
            .Handle<ConsortiumChanged, ConsortiumRegister>()
            .Handle<DecoctionCompleted, PromiseKeeping>()
            .Handle<DecoctionScrapped, WriteOffOnScrap>()
            .Handle<ParcelDelivered, PromiseKeeping>()
            .Handle<PrescriptionApproved, Intake>()
            .Handle<PrescriptionCancelled, Intake>()
            .Handle<WithdrawalRequested, WithdrawOnRequest>()
            .Handle<LotReleased, Intake>()
            .Handle<LotRejected, Intake>()
            .Handle<RecallIssued, Intake>()
            .KeepCatalogue()
            .FoldWith<Intake>();

    public static void AddPharmacy(this WebApplicationBuilder builder)
    {
        builder.AddCatalogueCopy("pharmacy");
        builder.Services.AddSingleton(builder.Configuration.GetSection("Routing").Get<RoutingRules>() ?? new RoutingRules());
        builder.Services.AddSingleton<RoutingBooks>();
        builder.Services.AddSingleton<Alternatives>();
        builder.Services.AddSingleton<CentreStore>();
        builder.Services.AddSingleton<CatalogueStore>();
        builder.Services.AddSingleton<PieceRules>();
        if (builder.Configuration.GetValue<bool>("Demo:Enabled"))
        {
            builder.Services.AddHostedService<DemoCentres>();
        }

        builder.Services.AddSingleton<Withdrawing>();
        builder.Services.AddSingleton<GoodsIn>();
        builder.Services.AddSingleton<DispensingDesk>();
        builder.Services.AddSingleton<WeighingDesk>();
        builder.Services.AddSingleton<CheckingDesk>();
        builder.Services.AddSingleton<BenchDesk>();
        builder.Services.AddSingleton<BenchFont>();
        builder.Services.AddSingleton<TrayDesk>();
        builder.Services.AddSingleton<DispensingViews>();
        builder.Services.AddSingleton<Refusals>();
        builder.Services.AddSingleton<ControlledRegister>();
        builder.Services.AddSingleton<ScaleStore>();
        builder.Services.AddSingleton<OrderDesk>();
        builder.Services.AddSingleton<DeliveryDesk>();
        builder.Services.AddSingleton<AcceptanceDesk>();
        builder.Services.AddSingleton<PositionDesk>();
        builder.Services.AddSingleton<StocktakeDesk>();
        builder.Services.AddSingleton<StocktakeSigning>();
        builder.Services.AddSingleton<TransferDesk>();
        builder.Services.AddSingleton<TransferArrival>();
        builder.Services.Configure<StockOptions>(builder.Configuration.GetSection("Stock"));
        builder.Services.AddSingleton<WriteOffDesk>();
        builder.Services.AddSingleton<ReservationBreaker>();
        builder.Services.AddHostedService<ShortageWatch>();
    }

    /// <summary>Everything about the stock itself: how grams come in, stand, move and leave.</summary>
    public static void MapStockroom(this IEndpointRouteBuilder app)
    {
        app.MapGoodsIn();
        app.MapStock();
        app.MapLotList();
        app.MapLots();
        app.MapSuppliers();
        app.MapOrders();
        app.MapDeliveries();
        app.MapPositions();
        app.MapStocktakes();
        app.MapTransfers();
        app.MapWriteOffs();
        app.MapHandedOut();
        app.MapAudit();
    }
}
