using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Storage;
using TcmBrain.Traceability;
using TcmBrain.Traceability.Steps;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("traceability");
builder.AddDatabase();
builder.AddExchange("traceability", exchange => exchange.FoldWith<StepFold>());
builder.AddTraceability();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapTraceability();
app.Run();

public partial class Program;
