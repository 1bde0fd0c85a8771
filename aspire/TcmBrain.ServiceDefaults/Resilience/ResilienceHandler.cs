using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace TcmBrain.ServiceDefaults.Resilience;

/// <summary>
/// Guards calls to one service: a bound on the whole and on each attempt, retries with jitter, and a circuit breaker. A request that is
/// not idempotent is tried again only when it certainly was not sent. Failing fast surfaces as <see cref="HttpRequestException"/>
/// with status 503.
/// </summary>
internal sealed class ResilienceHandler : DelegatingHandler
{
    private readonly ResiliencePipeline<HttpResponseMessage> pipeline;

    public ResilienceHandler(ResilienceSettings settings)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage>();
        if (settings.Total is { } total)
        {
            builder.AddTimeout(total);
        }

        builder.AddRetry(
            new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = settings.Retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = settings.FirstDelay,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(MayRetry(arguments.Context, arguments.Outcome)),
            }
        );
        builder.AddCircuitBreaker(
            new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.5,
                MinimumThroughput = settings.BreakAfter,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = settings.BreakFor,
                ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
            }
        );
        if (settings.Attempt is { } attempt)
        {
            builder.AddTimeout(attempt);
        }

        pipeline = builder.Build();
    }

    private static readonly ResiliencePropertyKey<HttpRequestMessage> Request = new("request");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Request, request);
        try
        {
            return await pipeline.ExecuteAsync(
                static async (context, state) => await state.Handler.SendOnceAsync(state.Request, context.CancellationToken),
                context,
                (Handler: this, Request: request)
            );
        }
        catch (BrokenCircuitException exception)
        {
            throw new HttpRequestException("The service has failed repeatedly; not called.", exception, HttpStatusCode.ServiceUnavailable);
        }
        catch (TimeoutRejectedException exception)
        {
            throw new HttpRequestException("The service did not answer in time.", exception, HttpStatusCode.GatewayTimeout);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);

    private static bool MayRetry(ResilienceContext context, Outcome<HttpResponseMessage> outcome)
    {
        if (outcome.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
        {
            return true;
        }

        return context.Properties.TryGetValue(Request, out var request) && IsIdempotent(request.Method) && IsTransient(outcome);
    }

    private static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get
        || method == HttpMethod.Head
        || method == HttpMethod.Options
        || method == HttpMethod.Put
        || method == HttpMethod.Delete;

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || outcome.Result
            is {
                StatusCode: HttpStatusCode.RequestTimeout
                    or HttpStatusCode.BadGateway
                    or HttpStatusCode.ServiceUnavailable
                    or HttpStatusCode.GatewayTimeout
            };
}
