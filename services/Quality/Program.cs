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
builder.AddExchange(
    "quality",
    exchange =>
        exchange
            .HandleControl()
            .Handle<PrescriptionReceived, SampleOnReceipt>()
            .Handle<PrescriptionAudited, NoteFindings>()
            .Handle<PrescriptionApproved, NoteLines>()
            .Handle<PrescriptionChecked, NoteCheck>()
            .KeepFacts()
            .KeepCatalogue()
);
builder.AddQualityControl();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapControl();
app.MapReviews();
app.MapOversight();
app.Run();

public partial class Program;
