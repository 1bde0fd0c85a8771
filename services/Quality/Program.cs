using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Quality;
using TcmBrain.Quality.Facts;
using TcmBrain.Quality.Lots;
using TcmBrain.Quality.Nonconformities;
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
            .Handle<LotAccepted, OpenReleaseOnAcceptance>()
            .Handle<PrescriptionReceived, SampleOnReceipt>()
            .Handle<PrescriptionAudited, NoteFindings>()
            .Handle<PrescriptionApproved, NoteLines>()
            .Handle<PrescriptionChecked, NoteCheck>()
            .Handle<DeviationDetected, OpenNonconformity>()
            .Handle<RecallOrdered, RecallOnOrder>()
            .KeepFacts()
            .KeepCatalogue()
);
builder.AddQualityControl();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapLots();
app.MapReviews();
app.MapNonconformities();
app.MapOversight();
app.Run();

public partial class Program;
