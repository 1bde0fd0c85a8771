using TcmBrain.Cockpit;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Site;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("cockpit");
builder.AddDatabase();
builder.AddExchange("cockpit", exchange => exchange.FoldWith<CockpitFold>().Configure(CockpitServices.FoldManyAtOnce));
builder.AddCockpit();

var app = builder.Build();
app.UseResponseCompression();
app.MapDefaultEndpoints();
app.MapCockpit();
app.MapWebSite();
app.Run();

public partial class Program;
