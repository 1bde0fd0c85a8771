using TcmBrain.Exchange;
using TcmBrain.Prescriptions;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("prescriptions");
builder.AddDatabase();
builder.AddExchange("prescriptions", Features.HandleFacts);
builder.AddFeatures();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapFeatures();
app.Run();
