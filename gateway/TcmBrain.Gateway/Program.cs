using TcmBrain.Gateway.Edge;
using TcmBrain.Gateway.Routing;
using TcmBrain.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("gateway");
builder.AddEdge();
builder.AddRoutes();

var app = builder.Build();
app.UseEdge();
app.MapDefaultEndpoints();
app.MapRoutes();
app.Run();
