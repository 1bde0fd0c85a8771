using TcmBrain.Cockpit.Folding;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("cockpit");
builder.AddDatabase();
builder.AddExchange("cockpit", exchange => exchange.FoldWith<CockpitFold>());

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();

public partial class Program;
