// A service made to be run by LocalHost in tests. It writes what it does to the journal that SAMPLE_JOURNAL names.
using System.Security.Cryptography;
using System.Text;

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
    {
        // Two that append at once may both have read the old length: the second then writes over the first.
        using var turn = new Mutex(false, @"Global\" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(journal))));
        turn.WaitOne();
        File.AppendAllText(journal, $"{name} {what}\n");
        turn.ReleaseMutex();
    }
    Console.WriteLine($"{name} {what}");
}
