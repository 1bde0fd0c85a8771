using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy;
using TcmBrain.Pharmacy.Dispensing;
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
app.MapStockroom();
app.MapWorkList();
app.MapDispensing();
app.MapStory();
app.Run();

public partial class Program;
