using TcmBrain.Exchange;
using TcmBrain.Institutions.Demo;
using TcmBrain.Institutions.Register;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.ServiceDefaults.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("institutions").AddGrpcDefaults();
builder.AddDatabase();
builder.AddExchange("institutions");
builder.AddSignIn();
builder.AddRegister();
builder.AddDemo();

var app = builder.Build();
app.UseForwardedHeaders();
app.UseRateLimiter();
app.MapDefaultEndpoints();
app.MapSignIn();
app.MapRegister();
app.Run();
