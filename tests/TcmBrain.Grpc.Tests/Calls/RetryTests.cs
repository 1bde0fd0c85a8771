using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using TcmBrain.Grpc.Tests.Protos;
using TcmBrain.Grpc.Tests.Servers;

namespace TcmBrain.Grpc.Tests.Calls;

public sealed class RetryTests(EchoHouse house)
{
    private const int MaxAttempts = 4;

    [Theory]
    [InlineData(Way.ClearText)]
    [InlineData(Way.Proxy)]
    public async Task A_call_that_fails_at_first_is_tried_again_until_it_succeeds(Way way)
    {
        var call = Guid.NewGuid().ToString();
        using var channel = Retrying(way);

        var reply = await Say(channel, call, failFirst: MaxAttempts - 1);

        reply.Text.ShouldBe("x");
        house.Journal.Attempts(call).ShouldBe(MaxAttempts);
    }

    [Fact]
    public async Task A_call_that_fails_too_often_fails()
    {
        var call = Guid.NewGuid().ToString();
        using var channel = Retrying(Way.ClearText);

        var failure = await Should.ThrowAsync<RpcException>(() => Say(channel, call, failFirst: MaxAttempts));

        failure.StatusCode.ShouldBe(StatusCode.Unavailable);
        house.Journal.Attempts(call).ShouldBe(MaxAttempts);
    }

    private static async Task<EchoReply> Say(GrpcChannel channel, string call, int failFirst) =>
        await new Echo.EchoClient(channel).SayAsync(
            new EchoRequest { Text = "x", FailFirst = failFirst },
            new Metadata { { CallJournal.CallHeader, call } },
            EchoHouse.Deadline
        );

    private GrpcChannel Retrying(Way way) =>
        GrpcChannel.ForAddress(
            house.Address(way),
            new GrpcChannelOptions
            {
                ServiceConfig = new ServiceConfig
                {
                    MethodConfigs =
                    {
                        new MethodConfig
                        {
                            Names = { MethodName.Default },
                            RetryPolicy = new RetryPolicy
                            {
                                MaxAttempts = MaxAttempts,
                                InitialBackoff = TimeSpan.FromMilliseconds(5),
                                MaxBackoff = TimeSpan.FromMilliseconds(20),
                                BackoffMultiplier = 2,
                                RetryableStatusCodes = { StatusCode.Unavailable },
                            },
                        },
                    },
                },
            }
        );
}
