using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Faults;

/// <summary>A service with a database of its own, reached as the test wants it to be, and a hospital that goes by the retry contract.</summary>
internal sealed class FaultStand : IAsyncDisposable
{
    private const int MostStreams = 60;

    private FaultStand(TestService service, NpgsqlDataSource database) => (Service, Database) = (service, database);

    public TestService Service { get; }

    /// <summary>The database itself, past whatever is done to the service's way there.</summary>
    public NpgsqlDataSource Database { get; }

    /// <param name="reach">changes the service's connection string</param>
    public static async Task<FaultStand> StartAsync(
        Servers servers,
        string database,
        Func<NpgsqlConnectionStringBuilder, string>? reach = null
    )
    {
        var service = await TestService.StartAsync(
            typeof(PrescriptionsFaults).Assembly,
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:database"] = reach?.Invoke(new NpgsqlConnectionStringBuilder(database)) ?? database,
                ["ConnectionStrings:rabbitmq"] = await servers.BrokerAsync(),
                ["PatientIdentity:Key"] = Convert.ToBase64String(new byte[32]),
            }
        );
        await service.HealthyAsync();
        return new FaultStand(service, NpgsqlDataSource.Create(database));
    }

    /// <summary>Pushes over streams until every message is answered; what a broken stream, or a refusal to be repeated, left open is sent again.</summary>
    /// <param name="address">asked before each stream</param>
    /// <param name="refused">told of every message that is to be repeated, by its index</param>
    /// <returns>the replies in the order of the prescriptions</returns>
    public static async Task<PushReply[]> PushAllAsync(
        Func<Uri> address,
        IReadOnlyList<Prescription> prescriptions,
        Action<int>? refused = null
    )
    {
        var replies = new PushReply?[prescriptions.Count];
        for (var stream = 0; stream < MostStreams && replies.Contains(null); stream++)
        {
            using var channel = GrpcChannel.ForAddress(address());
            var client = new PrescriptionService.PrescriptionServiceClient(channel);
            using var call = client.PushStream(PrescriptionsFixture.As(1), DateTime.UtcNow.AddSeconds(120));
            var reading = ReadAsync(call, replies, refused);
            try
            {
                for (var i = 0; i < prescriptions.Count; i++)
                {
                    if (replies[i] is null)
                    {
                        var message = new PushStreamRequest { Sequence = (ulong)i, Prescription = prescriptions[i].Clone() };
                        await call.RequestStream.WriteAsync(message);
                    }
                }

                await call.RequestStream.CompleteAsync();
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException or HttpRequestException or IOException) { }

            await reading;
        }

        replies.ShouldNotContain((PushReply?)null, "everything is acknowledged in the end");
        return replies!;
    }

    private static async Task ReadAsync(
        AsyncDuplexStreamingCall<PushStreamRequest, PushStreamReply> call,
        PushReply?[] replies,
        Action<int>? refused
    )
    {
        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                var reply = call.ResponseStream.Current;
                if (reply.Accepted is { } accepted)
                {
                    replies[reply.Sequence] = accepted;
                }
                else
                {
                    reply.Refused.Status.ShouldBe((int)StatusCode.Unavailable, $"{reply.Refused}");
                    refused?.Invoke((int)reply.Sequence);
                }
            }
        }
        catch (RpcException) { }
    }

    /// <summary>Acknowledged is stored once and told once: the replies are the stored rows, and each has its three events, taken by the broker.</summary>
    public async Task AddsUpAsync(IReadOnlyList<Prescription> pushed, IReadOnlyList<PushReply> replies)
    {
        replies.Select(r => r.HisNumber).ShouldBe(pushed.Select(p => p.HisNumber));
        (
            await RowsAsync("select k.his_number || ' ' || k.id from prescriptions.keys k join prescriptions.prescriptions p using (id)")
        ).ShouldBe(replies.Select(r => $"{r.HisNumber} {r.PrescriptionId}"), ignoreOrder: true);
        (await RowsAsync("select prescription_id::text from prescriptions.history where state = 4")).ShouldBe(
            replies.Select(r => r.PrescriptionId),
            ignoreOrder: true
        );
        (await RowsAsync("select aggregate_id || ' ' || version || ' ' || type from exchange.outbox")).ShouldBe(
            replies.SelectMany(r =>
                (string[])
                    [
                        $"{r.PrescriptionId} 1 PrescriptionReceived",
                        $"{r.PrescriptionId} 2 PrescriptionAudited",
                        $"{r.PrescriptionId} 3 PrescriptionApproved",
                    ]
            ),
            ignoreOrder: true
        );
        await Eventually.Be(
            async () => (await RowsAsync("select message_id::text from exchange.outbox_pending")).Count == 0,
            "the broker has taken every event",
            TimeSpan.FromSeconds(180)
        );
        (await RowsAsync("select reason from exchange.outbox_dead")).ShouldBeEmpty();
    }

    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
