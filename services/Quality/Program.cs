using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Quality;
using TcmBrain.Quality.Facts;
using TcmBrain.Quality.Reviews;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("quality");
builder.AddDatabase();
builder.AddExchange("quality", exchange => exchange.HandleControl().KeepFacts().KeepRegister().KeepCatalogue());
builder.AddQualityControl();
builder.AddReviews();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapControl();
app.MapReviews();
app.MapOversight();
app.Run();

public partial class Program;
