using TcmBrain.Decoction;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.Story;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.ServiceDefaults.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("decoction");
builder.AddGrpcDefaults();
builder.AddDatabase();
builder.AddExchange("decoction", DecoctionRoom.HandleFacts);
builder.AddDecoctionRoom();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapRoom();
app.MapDelivery();
app.MapStory();
app.MapTelemetry();
app.Run();

public partial class Program;
