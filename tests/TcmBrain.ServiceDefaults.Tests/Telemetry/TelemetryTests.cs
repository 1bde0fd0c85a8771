using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public async Task A_request_reaches_the_collector_as_trace_metric_and_log()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await TestApp.StartAsync(app =>
            app.MapPost(
                    "/v1/{signal}",
                    async (string signal, HttpContext context) =>
                    {
                        using var body = new MemoryStream();
                        await context.Request.Body.CopyToAsync(body);
                        var text = Encoding.Latin1.GetString(body.ToArray());
                        received.AddOrUpdate(signal, text, (_, before) => before + text);
                    }
                )
                .AllowAnonymous()
        );
        var trace = Guid.NewGuid().ToString("N");
        await using (
            var app = await TestApp.StartAsync(
                routes =>
                    routes
                        .MapGet(
                            "/told/{number}",
                            (string number, ILogger<TelemetryTests> logger) =>
                            {
                                logger.LogWarning("told of {Lot}", "lot-7");
                            }
                        )
                        .AllowAnonymous(),
                null,
                ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address.ToString()),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_SERVICE_NAME", "named-by-environment"),
                ("Logging:LogLevel:Default", "Warning")
            )
        )
        {
            using var client = app.Client();
            client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
            (await client.GetAsync("/told/42")).EnsureSuccessStatusCode();
            await app.App.StopAsync();
        }

        // What other tests of this process did meanwhile comes too, and maybe first.
        await Eventually.Hold(() =>
        {
            var span = received.GetValueOrDefault("traces", "");
            span.ShouldContain(Encoding.Latin1.GetString(Convert.FromHexString(trace)));
            span.ShouldContain("GET /told/{number}");
            span.ShouldContain("named-by-environment");
            received.GetValueOrDefault("metrics", "").ShouldContain("http.server.request.duration");
            var logs = received.GetValueOrDefault("logs", "");
            logs.ShouldContain("lot-7");
            logs.ShouldContain(Encoding.Latin1.GetString(Convert.FromHexString(trace)));
            return Task.CompletedTask;
        });
    }
}
