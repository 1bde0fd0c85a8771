using System.Net;
using TcmBrain.ServiceDefaults.Resilience;

namespace TcmBrain.ServiceDefaults.Tests.Resilience;

public sealed class ResilienceHandlerTests
{
    private static readonly ResilienceSettings Quick = new()
    {
        // A bound on an attempt may pass before it has begun, on a machine that is slow.
        Total = TimeSpan.FromSeconds(180),
        Attempt = TimeSpan.FromSeconds(60),
        FirstDelay = TimeSpan.FromMilliseconds(1),
        BreakAfter = 100,
    };

    private sealed class Server(Func<int, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        public int Calls;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(Interlocked.Increment(ref Calls), cancellationToken);
    }

    private static HttpClient Client(Server server, ResilienceSettings? settings = null) =>
        new(new ResilienceHandler(settings ?? Quick) { InnerHandler = server }) { BaseAddress = new Uri("http://x") };

    private static Server FailingUntil(int call, HttpStatusCode failure = HttpStatusCode.ServiceUnavailable) =>
        new((n, _) => Task.FromResult(new HttpResponseMessage(n < call ? failure : HttpStatusCode.OK)));

    [Fact]
    public async Task An_idempotent_call_is_tried_again_after_a_passing_failure()
    {
        var server = FailingUntil(3);
        (await Client(server).GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task A_post_that_may_have_arrived_is_never_sent_twice()
    {
        var server = FailingUntil(3);
        (await Client(server).PostAsync("/", null)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        server.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_post_that_never_left_is_sent_again()
    {
        var server = new Server(
            (n, _) => n < 3 ? throw new HttpRequestException(HttpRequestError.ConnectionError) : Task.FromResult(new HttpResponseMessage())
        );
        (await Client(server).PostAsync("/", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again()
    {
        var server = FailingUntil(2, HttpStatusCode.BadRequest);
        (await Client(server).GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        server.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_given_up_and_tried_again()
    {
        var server = new Server(
            async (n, stop) =>
            {
                if (n == 1)
                {
                    await Task.Delay(Timeout.Infinite, stop);
                }

                return new HttpResponseMessage();
            }
        );
        using var client = Client(server, Quick with { Attempt = TimeSpan.FromMilliseconds(500) });
        (await client.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task After_many_failures_calls_fail_fast()
    {
        var server = new Server((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway)));
        using var client = Client(server, Quick with { Retries = 1, BreakAfter = 4, BreakFor = TimeSpan.FromMinutes(1) });
        HttpRequestException? broken = null;
        for (var i = 0; i < 10; i++)
        {
            try
            {
                await client.GetAsync("/");
            }
            catch (HttpRequestException exception)
            {
                broken = exception;
            }
        }

        broken!.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        server.Calls.ShouldBe(4);
    }
}
