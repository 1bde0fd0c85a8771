using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TcmBrain.Decoction.Tests;

/// <summary>
/// Prescriptions' answers at the counter and the label printer, as its own tests hold them (CustodyTests there); here only what this service
/// does with them is looked at.
/// </summary>
public sealed class StandInPrescriptions : IAsyncDisposable
{
    private readonly WebApplication app;

    private StandInPrescriptions(WebApplication app) => this.app = app;

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public ConcurrentDictionary<Guid, string> RightCodes { get; } = new();

    /// <summary>Who asked for a label's patient: prescription and whether a token was handed on.</summary>
    public ConcurrentQueue<(Guid Prescription, bool WithToken)> Looks { get; } = new();

    /// <summary>Prescriptions whose patient has been erased.</summary>
    public ConcurrentDictionary<Guid, bool> Erased { get; } = new();

    public static async Task<StandInPrescriptions> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var standIn = new StandInPrescriptions(app);
        app.MapPost(
            "/api/prescriptions/{id:guid}/pick-up-code/verify",
            (Guid id, Code given) =>
                standIn.RightCodes.TryGetValue(id, out var right) && right == given.Value
                    ? Results.NoContent()
                    : Results.Json(new { code = "PRX-0902" }, statusCode: 409)
        );
        app.MapPost(
            "/api/prescriptions/{id:guid}/label-patient",
            (Guid id, HttpContext context) =>
            {
                standIn.Looks.Enqueue((id, context.Request.Headers.Authorization.Count > 0));
                return standIn.Erased.ContainsKey(id)
                    ? Results.Json(new { code = "PRX-0301" }, statusCode: 410)
                    : Results.Ok(
                        new
                        {
                            name = "张三丰",
                            sex = "male",
                            age = "52岁",
                        }
                    );
            }
        );
        await app.StartAsync();
        return standIn;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private sealed record Code([property: System.Text.Json.Serialization.JsonPropertyName("code")] string Value);
}
