// A service made to be run by LocalHost in tests. It writes what it does to the journal that SAMPLE_JOURNAL names.
var name = Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME");
Tell("started");
switch (args.FirstOrDefault())
{
    case "job":
        await Task.Delay(300);
        Tell("finished");
        return 0;
    case "die":
        Console.Error.WriteLine("the sample has no reason to live");
        return 3;
}

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();
app.MapGet("/health", () => Results.Ok());
app.MapGet("/environment", () => Environment.GetEnvironmentVariables());
app.MapPost("/die", () => Environment.FailFast("asked to die"));
app.Lifetime.ApplicationStopped.Register(() => Tell("stopped"));
app.Run();
return 0;

void Tell(string what)
{
    if (Environment.GetEnvironmentVariable("SAMPLE_JOURNAL") is { } journal)
        File.AppendAllText(journal, $"{name} {what}\n");
    Console.WriteLine($"{name} {what}");
}
