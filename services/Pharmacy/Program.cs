using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Dispensing;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Prices;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Routing;
using TcmBrain.Pharmacy.Scales;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Story;
using TcmBrain.Pharmacy.Withdrawal;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.ServiceDefaults.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("pharmacy");
builder.AddDatabase();
builder.AddExchange("pharmacy", exchange => exchange.HandlePharmacyEvents());
builder.AddGrpcDefaults();
builder.AddPharmacy();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapGrpcService<DispensingGrpc>();
app.MapGrpcService<ScaleGrpc>();
app.MapStockroom();
app.MapWorkList();
app.MapDispensing();
app.MapBench();
app.MapStory();
app.MapCentres();
app.MapCatalogue();
app.MapRouting();
app.Run();

public partial class Program;
