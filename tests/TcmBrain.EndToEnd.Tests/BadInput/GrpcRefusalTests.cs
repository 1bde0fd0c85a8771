using System.Text;
using Google.Protobuf;
using Grpc.Core;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.Testing.Running;

namespace TcmBrain.EndToEnd.Tests.BadInput;

/// <summary>What a hospital's system may get wrong, over the public gRPC endpoint: refused whole, coded, located, without a trace of it left.</summary>
public sealed class GrpcRefusalTests(Region region)
{
    private static readonly Marshaller<byte[]> Raw = Marshallers.Create((byte[] bytes) => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> RawPush = new(
        MethodType.Unary,
        "tcmbrain.prescriptions.v1.PrescriptionService",
        "Push",
        Raw,
        Raw
    );

    private sealed record Wrong(string What, string Code, string Field, Action<Prescription> Make);

    private static readonly Wrong[] Wrongs =
    [
        new("a weight of zero", "PRX-0104", "lines[0].milligrams_per_dose", p => p.Lines[0].MilligramsPerDose = 0),
        new("a negative weight", "PRX-0104", "lines[1].milligrams_per_dose", p => p.Lines[1].MilligramsPerDose = -5_000),
        new("an absurd weight", "PRX-0104", "lines[0].milligrams_per_dose", p => p.Lines[0].MilligramsPerDose = long.MaxValue),
        new("a weight in the wrong unit", "PRX-0104", "lines[0].milligrams_per_dose", p => p.Lines[0].MilligramsPerDose = 10_000_001),
        new("no line", "PRX-0105", "lines", p => p.Lines.Clear()),
        new(
            "101 lines",
            "PRX-0105",
            "lines",
            p => p.Lines.Add(Enumerable.Range(p.Lines.Count, 101 - p.Lines.Count).Select(_ => p.Lines[0].Clone()))
        ),
        new(
            "an identity number with a wrong check character",
            "PRX-0106",
            "patient.identity_number",
            p => p.Patient.IdentityNumber = Spoilt(p.Patient.IdentityNumber)
        ),
        new("a malformed syndrome code", "PRX-0110", "syndrome_code", p => p.SyndromeCode = "Z99"),
        new("a malformed disease code", "PRX-0109", "disease_code", p => p.DiseaseCode = "A1;drop table"),
        new("a malformed region code", "PRX-0111", "delivery.region_code", p => p.Delivery.RegionCode = "33010"),
        new("an unknown way of handling", "PRX-0115", "lines[0].handling", p => p.Lines[0].Handling = "油炸"),
        new("control characters", "PRX-0116", "usage", p => p.Usage = "每日\0剂"),
        new("no patient", "PRX-0101", "patient", p => p.Patient = null),
        new("no number", "PRX-0101", "his_number", p => p.HisNumber = ""),
        new("doses beyond reason", "PRX-0103", "doses", p => p.Doses = int.MaxValue),
        new("an end of validity in the past", "PRX-0112", "valid_until", p => p.ValidUntil = new() { Seconds = 1_600_000_000 }),
    ];

    [Fact]
    public async Task Wrong_content_is_refused_by_code_and_field_and_leaves_nothing()
    {
        await Untouched.LeavesNothingAsync(region.Platform, RefusedAllAsync);

        async Task RefusedAllAsync()
        {
            using var channel = region.Channel();
            var client = new PrescriptionService.PrescriptionServiceClient(channel);
            var headers = await region.HeadersAsync("his-1");
            foreach (var wrong in Wrongs)
            {
                var prescription = Made(wrong.Make);
                foreach (
                    var call in (Func<Task>[])
                        [
                            async () => await client.PushAsync(new PushRequest { Prescription = prescription }, headers, Deadline()),
                            async () => await client.AuditAsync(new AuditRequest { Prescription = prescription }, headers, Deadline()),
                        ]
                )
                {
                    var refusal = await Should.ThrowAsync<RpcException>(call, wrong.What);
                    refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument, wrong.What);
                    refusal.FaultCode().ShouldBe(wrong.Code, wrong.What);
                    refusal.Faults().ShouldContain(f => f.Code == wrong.Code && f.Field == wrong.Field, $"{wrong.What}: {Told(refusal)}");
                    ShouldTellNoInternals(refusal);
                }
            }
        }
    }

    [Fact]
    public async Task In_a_stream_each_is_refused_under_its_number_and_the_good_one_among_them_is_taken()
    {
        using var channel = region.Channel();
        var client = new PrescriptionService.PrescriptionServiceClient(channel);
        var good = region.NewPrescription($"GOOD-{Guid.NewGuid():N}");
        var headers = await region.HeadersAsync("his-1");
        using var call = client.PushStream(headers, Deadline());
        for (var i = 0; i < Wrongs.Length; i++)
        {
            await call.RequestStream.WriteAsync(new PushStreamRequest { Sequence = (ulong)i, Prescription = Made(Wrongs[i].Make) });
        }

        await call.RequestStream.WriteAsync(
            new PushStreamRequest { Sequence = 500, Prescription = Made(p => p.Patient.Name = "王\uFFFD明") }
        );
        await call.RequestStream.WriteAsync(new PushStreamRequest { Sequence = 501 });
        await call.RequestStream.WriteAsync(new PushStreamRequest { Sequence = 1_000, Prescription = good });
        await call.RequestStream.CompleteAsync();
        var replies = await call.ResponseStream.ReadAllAsync().ToDictionaryAsync(r => r.Sequence);

        replies.Count.ShouldBe(Wrongs.Length + 3);
        replies[1_000].Accepted.HisNumber.ShouldBe(good.HisNumber);
        for (var i = 0; i < Wrongs.Length; i++)
        {
            var refused = replies[(ulong)i].Refused.ShouldNotBeNull(Wrongs[i].What);
            refused.Status.ShouldBe((int)StatusCode.InvalidArgument);
            refused.Faults.ShouldContain(f => f.Code == Wrongs[i].Code && f.Field == Wrongs[i].Field, Wrongs[i].What);
        }

        replies[500].Refused.ShouldNotBeNull().Faults[0].Code.ShouldBe("GEN-0004");
        replies[501].Refused.ShouldNotBeNull().Faults[0].Code.ShouldBe("PRX-0101");
        var stored = await region.Platform.CountAsync(
            "prescriptions",
            "select count(*) from prescriptions.prescriptions where his_number like 'BAD-%'"
        );
        stored.ShouldBe(0);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_no_text_or_too_many_are_refused_and_leave_nothing()
    {
        await Untouched.LeavesNothingAsync(region.Platform, RefusedAllAsync);

        async Task RefusedAllAsync()
        {
            using var channel = region.Channel();
            var invoker = channel.CreateCallInvoker();
            var headers = await region.HeadersAsync("his-1");

            var bytes = new PushRequest { Prescription = Made(p => p.Patient.Name = "§§§") }.ToByteArray();
            // Two bytes that never occur in UTF-8, in place of the sign's.
            var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("§§§"));
            (bytes[at], bytes[at + 1]) = (0xFF, 0xFE);
            var text = await RefusedAsync(bytes);
            text.FaultCode().ShouldBe("GEN-0004");
            text.Faults().ShouldContain(f => f.Field.EndsWith("patient.name", StringComparison.Ordinal), Told(text));

            (await RefusedAsync([0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x02])).FaultCode().ShouldBe("GEN-0003");
            (await RefusedAsync([])).FaultCode().ShouldBe("PRX-0101");

            // Refused unread: the end of the stream may be seen before the answer.
            await Eventually.Hold(async () =>
            {
                var large = await RefusedAsync(
                    new PushRequest { Prescription = Made(p => p.Usage = new string('服', 400_000)) }.ToByteArray()
                );
                large.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
                large.FaultCode().ShouldBe("GEN-0005");
            });

            async Task<RpcException> RefusedAsync(byte[] request)
            {
                var refusal = await Should.ThrowAsync<RpcException>(async () =>
                    await invoker.AsyncUnaryCall(RawPush, null, new CallOptions(headers, Deadline()), request)
                );
                ShouldTellNoInternals(refusal);
                return refusal;
            }
        }
    }

    [Fact]
    public async Task Without_a_right_token_nobody_gets_in()
    {
        await Untouched.LeavesNothingAsync(region.Platform, RefusedAllAsync);

        async Task RefusedAllAsync()
        {
            using var channel = region.Channel();
            var client = new PrescriptionService.PrescriptionServiceClient(channel);
            var token = await region.TokenAsync("his-1");
            var parts = token.Split('.');
            var claims = Encoding.UTF8.GetString(
                Convert.FromBase64String(parts[1].Replace('-', '+').Replace('_', '/') + new string('=', (4 - parts[1].Length % 4) % 4))
            );
            var other = Convert
                .ToBase64String(Encoding.UTF8.GetBytes(claims.Replace("his-1", "his-2", StringComparison.Ordinal)))
                .TrimEnd('=')
                .Replace('+', '-')
                .Replace('/', '_');
            var header = Convert.ToBase64String("""{"alg":"none","typ":"at+jwt"}"""u8).TrimEnd('=');
            foreach (
                var (what, value) in ((string, string?)[])
                    [
                        ("none", null),
                        ("no token at all", "Bearer"),
                        ("nonsense", "Bearer nonsense"),
                        ("another way", "Basic aGlzLTE6ZGV2LW9ubHktaGlzLTE="),
                        ("a claim exchanged", $"Bearer {parts[0]}.{other}.{parts[2]}"),
                        ("no signature", $"Bearer {parts[0]}.{parts[1]}."),
                        ("the algorithm none", $"Bearer {header}.{other}."),
                        ("a foreign key", "Bearer " + TestTokens.Of("his-1", "12330102TCM000013P", "330102", "his")),
                    ]
            )
            {
                var headers = new Metadata();
                if (value is not null)
                {
                    headers.Add("authorization", value);
                }

                var refusal = await Should.ThrowAsync<RpcException>(
                    async () => await client.PushAsync(new PushRequest { Prescription = Made(_ => { }) }, headers, Deadline()),
                    what
                );
                refusal.StatusCode.ShouldBe(StatusCode.Unauthenticated, what);
                refusal.FaultCode().ShouldBe("GEN-0001", what);
                ShouldTellNoInternals(refusal);
            }

            // A right token of the wrong kind.
            var forbidden = await Should.ThrowAsync<RpcException>(async () =>
                await client.PushAsync(
                    new PushRequest { Prescription = Made(_ => { }) },
                    await region.HeadersAsync("courier-1"),
                    Deadline()
                )
            );
            forbidden.StatusCode.ShouldBe(StatusCode.PermissionDenied);
            forbidden.FaultCode().ShouldBe("GEN-0002");
        }
    }

    [Fact]
    public async Task Another_hospitals_prescription_is_answered_like_one_that_does_not_exist()
    {
        using var channel = region.Channel();
        var client = new PrescriptionService.PrescriptionServiceClient(channel);
        var pushed = await client.PushAsync(
            new PushRequest { Prescription = region.NewPrescription($"OWN-{Guid.NewGuid():N}") },
            await region.HeadersAsync("his-1"),
            Deadline()
        );
        await Untouched.LeavesNothingAsync(region.Platform, RefusedAllAsync);

        async Task RefusedAllAsync()
        {
            var stranger = await region.HeadersAsync("his-2");
            var theirs = await Should.ThrowAsync<RpcException>(async () =>
                await client.GetAsync(new GetRequest { PrescriptionId = pushed.PrescriptionId }, stranger, Deadline())
            );
            var nobodys = await Should.ThrowAsync<RpcException>(async () =>
                await client.GetAsync(new GetRequest { PrescriptionId = Guid.CreateVersion7().ToString() }, stranger, Deadline())
            );
            theirs.StatusCode.ShouldBe(StatusCode.NotFound);
            theirs.FaultCode().ShouldBe("PRX-0202");
            Told(theirs).ShouldBe(Told(nobodys));
            var cancelled = await Should.ThrowAsync<RpcException>(async () =>
                await client.CancelAsync(
                    new CancelRequest
                    {
                        Key = new PrescriptionKey { HisNumber = pushed.HisNumber },
                        Reason = "错",
                    },
                    stranger,
                    Deadline()
                )
            );
            cancelled.FaultCode().ShouldBe("PRX-0202");
        }
    }

    private Prescription Made(Action<Prescription> make)
    {
        var prescription = region.NewPrescription($"BAD-{Guid.NewGuid():N}");
        make(prescription);
        return prescription;
    }

    private static string Spoilt(string number) => number[..17] + (number[17] == '0' ? '1' : '0');

    private static DateTime Deadline() => DateTime.UtcNow.AddMinutes(2);

    private static string Told(RpcException refusal) =>
        $"{refusal.StatusCode} {refusal.Status.Detail} {string.Join("; ", refusal.Faults())}";

    private static void ShouldTellNoInternals(RpcException refusal)
    {
        foreach (
            var text in refusal
                .Trailers.Select(t => t.IsBinary ? Encoding.UTF8.GetString(t.ValueBytes) : t.Value)
                .Append(refusal.Status.Detail)
        )
        {
            text.ShouldNotContain("   at ");
            text.ShouldNotContain("Exception");
            text.ShouldNotContain("Npgsql");
        }
    }
}
