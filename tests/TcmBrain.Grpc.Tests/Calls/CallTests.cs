using Grpc.Core;
using TcmBrain.Grpc.Tests.Protos;
using TcmBrain.Grpc.Tests.Servers;

namespace TcmBrain.Grpc.Tests.Calls;

/// <summary>Every kind of call, over clear text, TLS and a proxy hop.</summary>
public sealed class CallTests(EchoHouse house)
{
    public static TheoryData<Way> EveryWay => EchoHouse.EveryWay;

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_unary_call_carries_headers_both_ways_and_trailers_back(Way way)
    {
        byte[] binary = [0, 1, 127, 128, 255];
        using var call = Client(way)
            .SayAsync(
                new EchoRequest { Text = "当归" },
                new Metadata { { "X-Echo", "text" }, { "x-echo-bin", binary } },
                EchoHouse.Deadline
            );

        var headers = await call.ResponseHeadersAsync;
        var reply = await call;

        reply.Text.ShouldBe("当归");
        headers.GetValue("x-echo").ShouldBe("text");
        headers.GetValueBytes("x-echo-bin").ShouldBe(binary);
        call.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
        call.GetTrailers().GetValue("x-echo").ShouldBe("text");
        call.GetTrailers().GetValueBytes("x-echo-bin").ShouldBe(binary);
        call.GetTrailers().GetValue("seen-method").ShouldBe("/tcmbrain.tests.echo.v1.Echo/Say");
    }

    [Theory, MemberData(nameof(EveryWay))]
    public void A_blocking_call_answers(Way way) =>
        Client(way).Say(new EchoRequest { Text = "x" }, deadline: EchoHouse.Deadline).Text.ShouldBe("x");

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_client_stream_is_collected(Way way)
    {
        using var call = Client(way).Collect(deadline: EchoHouse.Deadline);
        for (var number = 0; number < 100; number++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{number}" });
        }

        await call.RequestStream.CompleteAsync();

        var reply = await call;
        reply.Number.ShouldBe(100);
        reply.Text.ShouldBe(string.Join(',', Enumerable.Range(0, 100)));
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_server_stream_arrives_whole_and_in_order(Way way)
    {
        using var call = Client(way).Repeat(new EchoRequest { Text = "x", Count = 500 }, deadline: EchoHouse.Deadline);

        var numbers = await call.ResponseStream.ReadAllAsync().Select(reply => reply.Number).ToArrayAsync();

        numbers.ShouldBe(Enumerable.Range(0, 500));
        call.GetTrailers().GetValue("seen-method").ShouldBe("/tcmbrain.tests.echo.v1.Echo/Repeat");
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_conversation_alternates_without_either_side_waiting_for_more(Way way)
    {
        using var call = Client(way).Talk(deadline: EchoHouse.Deadline);
        for (var number = 0; number < 20; number++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"turn {number}" });
            (await call.ResponseStream.MoveNext()).ShouldBeTrue();
            call.ResponseStream.Current.ShouldBe(new EchoReply { Text = $"turn {number}", Number = number });
        }

        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext()).ShouldBeFalse();
        call.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_failure_carries_its_status_its_details_and_its_code(Way way)
    {
        var request = new EchoRequest { Text = "处方不存在", FailWith = (int)StatusCode.NotFound };

        var failure = await Should.ThrowAsync<RpcException>(async () => await Client(way).SayAsync(request, deadline: EchoHouse.Deadline));

        failure.StatusCode.ShouldBe(StatusCode.NotFound);
        failure.Status.Detail.ShouldBe("处方不存在");
        failure.Trailers.GetValue("tcm-code").ShouldBe("TST-0001");
        var details = StatusDetails.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        details.Code.ShouldBe((int)StatusCode.NotFound);
        details.Details.Single().Unpack<EchoRequest>().ShouldBe(request);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_stream_that_fails_midway_delivers_what_came_before(Way way)
    {
        using var call = Client(way)
            .Repeat(
                new EchoRequest
                {
                    Text = "x",
                    Count = 3,
                    FailWith = (int)StatusCode.Aborted,
                },
                deadline: EchoHouse.Deadline
            );
        var numbers = new List<int>();

        var failure = await Should.ThrowAsync<RpcException>(async () =>
        {
            await foreach (var reply in call.ResponseStream.ReadAllAsync())
            {
                numbers.Add(reply.Number);
            }
        });

        numbers.ShouldBe([0, 1, 2]);
        failure.StatusCode.ShouldBe(StatusCode.Aborted);
        failure.Trailers.GetValue("tcm-code").ShouldBe("TST-0001");
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_deadline_ends_the_call_on_both_ends(Way way)
    {
        // Connects first, so that the short deadline is spent in the handler.
        await Client(way).SayAsync(new EchoRequest(), deadline: EchoHouse.Deadline);

        for (var seconds = 1; ; seconds *= 2)
        {
            var call = NewCall();
            var failure = await Should.ThrowAsync<RpcException>(async () =>
                await Client(way).SayAsync(new EchoRequest { Hang = true }, Headers(call), DateTime.UtcNow.AddSeconds(seconds))
            );

            failure.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
            // A machine that is slow may spend a short one on the way.
            if (house.Journal.Started(call).IsCompleted || seconds > 60)
            {
                await house.Journal.Cancelled(call).WaitAsync(EchoHouse.Patience);
                return;
            }
        }
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task The_server_knows_the_deadline(Way way)
    {
        using var call = Client(way).SayAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(1000));
        await call;

        double.Parse(call.GetTrailers().GetValue("seen-deadline")!).ShouldBeInRange(900, 1000);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task Cancelling_a_conversation_reaches_the_server(Way way)
    {
        var id = NewCall();
        using var cancellation = new CancellationTokenSource();
        using var call = Client(way).Talk(Headers(id), EchoHouse.Deadline, cancellation.Token);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "x" });
        (await call.ResponseStream.MoveNext()).ShouldBeTrue();

        await cancellation.CancelAsync();

        var failure = await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext());
        failure.StatusCode.ShouldBe(StatusCode.Cancelled);
        await house.Journal.Cancelled(id).WaitAsync(EchoHouse.Patience);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task Dropping_an_endless_stream_reaches_the_server(Way way)
    {
        var id = NewCall();
        using (var call = Client(way).Repeat(new EchoRequest { Text = "x", Count = -1 }, Headers(id), EchoHouse.Deadline))
        {
            (await call.ResponseStream.MoveNext()).ShouldBeTrue();
        }

        await house.Journal.Cancelled(id).WaitAsync(EchoHouse.Patience);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_unary_call_in_progress_can_be_cancelled(Way way)
    {
        var id = NewCall();
        using var cancellation = new CancellationTokenSource();
        using var call = Client(way).SayAsync(new EchoRequest { Hang = true }, Headers(id), EchoHouse.Deadline, cancellation.Token);
        await house.Journal.Started(id).WaitAsync(EchoHouse.Patience);

        await cancellation.CancelAsync();

        (await Should.ThrowAsync<RpcException>(async () => await call)).StatusCode.ShouldBe(StatusCode.Cancelled);
        await house.Journal.Cancelled(id).WaitAsync(EchoHouse.Patience);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_megabyte_goes_and_comes_back(Way way)
    {
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(number => $"{number:x10}"));

        var reply = await Client(way).SayAsync(new EchoRequest { Text = text }, deadline: EchoHouse.Deadline);

        reply.Text.ShouldBe(text);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_message_over_the_limit_is_refused(Way way)
    {
        var request = new EchoRequest { Text = new string('x', 5 * 1024 * 1024) };

        var failure = await Should.ThrowAsync<RpcException>(async () => await Client(way).SayAsync(request, deadline: EchoHouse.Deadline));

        failure.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_method_that_is_not_there_is_unimplemented(Way way)
    {
        var method = new Method<string, string>(
            MethodType.Unary,
            "tcmbrain.tests.echo.v1.Echo",
            "Shout",
            Marshallers.StringMarshaller,
            Marshallers.StringMarshaller
        );
        var invoker = house.Channel(way).CreateCallInvoker();

        var failure = await Should.ThrowAsync<RpcException>(async () =>
            await invoker.AsyncUnaryCall(method, null, new CallOptions(deadline: EchoHouse.Deadline), "x")
        );

        failure.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task Many_calls_share_one_channel(Way way)
    {
        var client = Client(way);

        var replies = await Task.WhenAll(
            Enumerable
                .Range(0, 300)
                .Select(async number => await client.SayAsync(new EchoRequest { Text = $"{number}" }, deadline: EchoHouse.Deadline))
        );

        replies.Select(reply => reply.Text).ShouldBe(Enumerable.Range(0, 300).Select(number => $"{number}"));
    }

    private Echo.EchoClient Client(Way way) => new(house.Channel(way));

    private static string NewCall() => Guid.NewGuid().ToString();

    private static Metadata Headers(string call) => new() { { CallJournal.CallHeader, call } };
}
