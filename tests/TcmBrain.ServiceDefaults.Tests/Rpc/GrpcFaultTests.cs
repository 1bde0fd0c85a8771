using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using TcmBrain.Contracts.Rpc;
using TcmBrain.MachineServers;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.ServiceDefaults.Tests.Protos;
using TcmBrain.Testing;
using Status = TcmBrain.Contracts.Rpc.Status;

namespace TcmBrain.ServiceDefaults.Tests.Rpc;

public sealed class GrpcFaultTests : IAsyncLifetime
{
    private static readonly FaultDefinition Heavy = new("TST-0001", 422, "第{0}味药过重", "herb {0} is too heavy");
    private static readonly FaultDefinition Twice = new("TST-0002", 409, "重复", "given before", GrpcStatus: 6);

    private sealed class ScaleService : Scale.ScaleBase
    {
        public override Task<Reading> Weigh(Load request, ServerCallContext context) =>
            request.Herb switch
            {
                "boom" => throw new InvalidOperationException("secret detail"),
                "twice" => throw Twice.Exception("herb"),
                "two" => throw new FaultException(422, Heavy.At("lines[0].milligrams", 1), Heavy.At("lines[4].milligrams", 5)),
                _ => Task.FromResult(new Reading { Herb = request.Herb, Caller = context.GetHttpContext().User.Subject() }),
            };

        public override async Task WeighAll(
            IAsyncStreamReader<Load> requestStream,
            IServerStreamWriter<Reading> responseStream,
            ServerCallContext context
        )
        {
            await foreach (var load in requestStream.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(await Weigh(load, context));
            }
        }
    }

    private readonly List<TestApp> apps = [];
    private GrpcChannel channel = null!;
    private Scale.ScaleClient scale = null!;
    private readonly Metadata token = new() { { "authorization", "Bearer " + TestTokens.Of("scale-1", "x", "330100", Roles.Decoction) } };

    private async Task<TestApp> StartAsync()
    {
        var port = Ports.Free();
        var app = await TestApp.StartAsync(
            routes => routes.MapGrpcService<ScaleService>().RequireRole(Roles.Decoction),
            builder => builder.AddGrpcDefaults(),
            ("urls", $"http://127.0.0.1:{port}"),
            ("Endpoints:Grpc:Port", $"{port}")
        );
        apps.Add(app);
        return app;
    }

    public async ValueTask InitializeAsync()
    {
        channel = GrpcChannel.ForAddress((await StartAsync()).Address, new GrpcChannelOptions { MaxSendMessageSize = null });
        scale = new Scale.ScaleClient(channel);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }
    }

    private async Task<RpcException> Refused(Load load, StatusCode status, string code, Metadata? headers = null)
    {
        var refusal = await Should.ThrowAsync<RpcException>(scale.WeighAsync(load, headers ?? token).ResponseAsync);
        refusal.StatusCode.ShouldBe(status, refusal.Status.Detail);
        refusal.FaultCode().ShouldBe(code, refusal.ToString());
        refusal.Faults().ShouldNotBeEmpty();
        return refusal;
    }

    [Fact]
    public async Task A_call_that_is_right_is_answered()
    {
        var reading = await scale.WeighAsync(new Load { Herb = "甘草" }, token);
        reading.Herb.ShouldBe("甘草");
        reading.Caller.ShouldBe("scale-1");
    }

    [Fact]
    public async Task Every_fault_is_named_and_located_in_both_languages()
    {
        var refusal = await Refused(new Load { Herb = "two" }, StatusCode.InvalidArgument, "TST-0001");
        refusal.Faults().Select(fault => fault.Field).ShouldBe(["lines[0].milligrams", "lines[4].milligrams"]);
        refusal.Faults()[1].ShouldBe(new Contracts.Fault("TST-0001", "lines[4].milligrams", "第5味药过重", "herb 5 is too heavy"));
        var status = Status.Parser.ParseFrom(refusal.Trailers.GetValueBytes("grpc-status-details-bin"));
        status
            .Details.Select(detail => detail.TypeUrl)
            .ShouldBe(["type.googleapis.com/google.rpc.ErrorInfo", "type.googleapis.com/google.rpc.BadRequest"]);
        status.Details[0].Unpack<ErrorInfo>().Reason.ShouldBe("TST-0001");
    }

    [Fact]
    public async Task A_catalogue_entry_may_choose_its_own_status() =>
        await Refused(new Load { Herb = "twice" }, StatusCode.AlreadyExists, "TST-0002");

    [Fact]
    public async Task What_nobody_foresaw_is_INTERNAL_without_a_detail()
    {
        var refusal = await Refused(new Load { Herb = "boom" }, StatusCode.Internal, "GEN-0500");
        refusal.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_fault_in_the_midst_of_a_stream_ends_it_with_its_code()
    {
        using var call = scale.WeighAll(token);
        await call.RequestStream.WriteAsync(new Load { Herb = "a" });
        (await call.ResponseStream.MoveNext()).ShouldBeTrue();
        await call.RequestStream.WriteAsync(new Load { Herb = "two" });
        var refusal = await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext());
        refusal.FaultCode().ShouldBe("TST-0001");
        refusal.Faults().Count.ShouldBe(2);
    }

    [Fact]
    public async Task No_token_and_a_wrong_role_are_coded()
    {
        await Refused(new Load(), StatusCode.Unauthenticated, "GEN-0001", []);
        await Refused(new Load(), StatusCode.Unauthenticated, "GEN-0001", new() { { "authorization", "Bearer nonsense" } });
        await Refused(
            new Load(),
            StatusCode.PermissionDenied,
            "GEN-0002",
            new() { { "authorization", "Bearer " + TestTokens.Of("x", "x", "330100", Roles.His) } }
        );
    }

    [Fact]
    public async Task A_message_over_one_mebibyte_is_refused_and_one_just_below_passes()
    {
        await Refused(new Load { Herb = new string('a', 1 << 20) }, StatusCode.ResourceExhausted, "GEN-0005");
        (await scale.WeighAsync(new Load { Herb = new string('a', (1 << 20) - 10) }, token)).Herb.Length.ShouldBe((1 << 20) - 10);
        await Refused(new Load { Herb = new string('a', 3 << 20) }, StatusCode.ResourceExhausted, "GEN-0005");
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_the_callers_fault()
    {
        byte[] cut = [0x0A, 0x7F]; // field 1, longer than the message
        foreach (var method in new[] { "Weigh", "WeighAll" })
        {
            var trailers = await RawAsync("/tcmbrain.tests.Scale/" + method, cut);
            trailers["grpc-status"].ShouldBe("3");
            trailers["tcm-code"].ShouldBe("GEN-0003");
        }
    }

    [Fact]
    public async Task Text_that_is_not_utf8_is_refused()
    {
        var trailers = await RawAsync("/tcmbrain.tests.Scale/Weigh", [0x0A, 0x02, 0xFF, 0xFE]);
        trailers["grpc-status"].ShouldBe("3");
        trailers["tcm-code"].ShouldBe("GEN-0004");
    }

    [Fact]
    public void Text_that_is_not_utf8_is_located()
    {
        var bad = ByteString.CopyFrom(0xE7, 0x94).ToStringUtf8();
        var request = new BadRequest();
        for (var i = 0; i < 3; i++)
        {
            request.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = "甘草", Reason = i == 1 ? bad : "" });
        }

        MessageText.Check(request).Faults.Select(fault => fault.Field).ShouldBe(["field_violations[1].reason"]);
        request.FieldViolations.RemoveAt(1);
        MessageText.Check(request).Any.ShouldBeFalse();
    }

    [Fact]
    public async Task An_unknown_method_is_coded()
    {
        var trailers = await RawAsync("/tcmbrain.tests.Scale/Lift", []);
        trailers["grpc-status"].ShouldBe("12");
        trailers["tcm-code"].ShouldBe("GEN-0501");
    }

    [Fact]
    public async Task Health_is_served_to_anyone()
    {
        var trailers = await RawAsync("/grpc.health.v1.Health/Check", [], anonymous: true);
        trailers["grpc-status"].ShouldBe("0");
    }

    [Fact]
    public async Task A_client_finds_the_replicas_and_carries_the_callers_token()
    {
        var second = await StartAsync();
        await using var front = await TestApp.StartAsync(
            routes =>
                routes.MapGet("/weigh", async (Scale.ScaleClient client) => (await client.WeighAsync(new Load { Herb = "x" })).Caller),
            builder => builder.AddGrpcClientFor<Scale.ScaleClient>("decoction"),
            ("services:decoction:grpc:0", apps[0].Address.ToString()),
            ("services:decoction:grpc:1", second.Address.ToString())
        );
        using var client = front.Client(TestTokens.Of("worker-7", "x", "330100", Roles.Decoction));
        (await client.GetStringAsync("/weigh")).ShouldBe("worker-7");
        await second.DisposeAsync();
        apps.Remove(second);
        for (var i = 0; i < 6; i++)
        {
            (await client.GetStringAsync("/weigh")).ShouldBe("worker-7");
        }
    }

    private async Task<Dictionary<string, string>> RawAsync(string path, byte[] message, bool anonymous = false)
    {
        using var client = new HttpClient { BaseAddress = apps[0].Address };
        byte[] frame = [0, 0, 0, 0, (byte)message.Length, .. message];
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (!anonymous)
        {
            request.Headers.Add("authorization", token.GetValue("authorization"));
        }

        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await response.Content.ReadAsByteArrayAsync();
        return response
            .TrailingHeaders.Concat(response.Headers)
            .GroupBy(header => header.Key)
            .ToDictionary(group => group.Key, group => group.First().Value.First());
    }
}
