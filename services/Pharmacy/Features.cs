using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Dispensing;
using TcmBrain.Pharmacy.Recall;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Withdrawal;

namespace TcmBrain.Pharmacy;

internal static class Features
{
    public static void HandlePharmacyEvents(this ExchangeBuilder exchange) =>
        exchange
            .Handle<InstitutionRegistered, InstitutionRegister>()
            .Handle<InstitutionChanged, InstitutionRegister>()
            .Handle<InstitutionSuspended, InstitutionRegister>()
            .Handle<InstitutionReinstated, InstitutionRegister>()
            .Handle<PrescriptionApproved, Intake>()
            .Handle<PrescriptionCancelled, Intake>()
            .Handle<WithdrawalRequested, WithdrawOnRequest>()
            .Handle<LotReleased, Intake>()
            .Handle<LotRejected, Intake>()
            .Handle<RecallIssued, Intake>()
            .FoldWith<Intake>();

    public static void AddPharmacy(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Catalogue.Default);
        builder.Services.AddSingleton<Withdrawing>();
        builder.Services.AddSingleton<GoodsIn>();
        builder.Services.AddSingleton<DispensingDesk>();
        builder.Services.AddSingleton<ReservationBreaker>();
        builder.Services.AddHostedService<ShortageWatch>();
    }
}
