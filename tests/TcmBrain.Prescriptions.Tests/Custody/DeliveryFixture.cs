using System.Net.Http.Json;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Prescriptions.Custody;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Custody;

/// <summary>The service with a sidecar beside it, and what a decoction room tells it of parcels.</summary>
public class DeliveryFixture(Servers servers) : PrescriptionsFixture(servers), IDisposable
{
    public const string Centre = "91330105MA0000001X";
    public const string Firm = "91330105MA0000002X";

    public Sidecar Sidecar { get; } = new();

    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?>
        {
            ["Notifications:DaprEndpoint"] = Sidecar.Address.ToString(),
            ["Notifications:PageAddress"] = "https://tcm.example",
            ["Notifications:PollSeconds"] = "0.1",
            ["Notifications:FirstRetrySeconds"] = "0.1",
            ["Notifications:MostAttempts"] = "4",
            ["DAPR_API_TOKEN"] = "sidecar-token",
        };

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Sidecar.Dispose();
    }

    public async Task<(Prescription Written, Guid Id)> PushAsync(string phone = "13900005678")
    {
        var written = Clean(Flaw.None);
        written.Patient.Phone = phone;
        var reply = await Client.PushAsync(new PushRequest { Prescription = written.Clone() }, As(1));
        return (written, Guid.Parse(reply.PrescriptionId));
    }

    public HttpClient Who(string role, string institution, string name = "") =>
        Service.Client(TestTokens.Of(name.Length == 0 ? role + "-9" : name, institution, "330105", role));

    public HttpClient Admin() =>
        Service.Client(TestTokens.Of("admin-9", DemoRegion.Hospitals[0].Code, DemoRegion.Hospitals[0].RegionCode, Roles.Admin));

    public Task CheckedAsync(Guid id) =>
        TellAsync<PrescriptionChecked, KeepCustody>(
            new PrescriptionChecked
            {
                AggregateId = id,
                Version = 6,
                OccurredAt = DateTimeOffset.UtcNow,
                InstitutionCode = DemoRegion.Hospitals[0].Code,
                RegionCode = DemoRegion.Hospitals[0].RegionCode,
                HisNumber = "x",
                Revision = 1,
                CentreCode = Centre,
                Checker = "复核员",
                Dispenser = "调剂员",
                Portions = [],
                Doses = 7,
                DosesPerDay = 1,
                PacksPerDose = 2,
                MillilitresPerPack = 200,
                External = false,
                Decoct = true,
                Urgent = false,
                DeliveryRegionCode = "330110",
                SyndromeName = "证",
            }
        );

    public Task ShippedAsync(Guid id, int version, string firm = Firm, string? courier = null) =>
        TellAsync<ParcelShipped, KeepCustody>(
            new ParcelShipped
            {
                AggregateId = id,
                Version = version,
                OccurredAt = DateTimeOffset.UtcNow,
                InstitutionCode = DemoRegion.Hospitals[0].Code,
                RegionCode = DemoRegion.Hospitals[0].RegionCode,
                HisNumber = "x",
                Revision = 1,
                ParcelId = Guid.NewGuid(),
                Sscc = "069012340000000018",
                CentreCode = Centre,
                Courier = "配送员",
                BagSerials = ["1"],
                DeliveryRegionCode = "330110",
                PublicCode = "publiccodepubliccodepublic",
                FirmCode = firm,
                CourierId = courier,
            }
        );

    public Task DeliveredAsync(Guid id, int version) =>
        TellAsync<ParcelDelivered, KeepCustody>(
            new ParcelDelivered
            {
                AggregateId = id,
                Version = version,
                OccurredAt = DateTimeOffset.UtcNow,
                InstitutionCode = DemoRegion.Hospitals[0].Code,
                RegionCode = DemoRegion.Hospitals[0].RegionCode,
                HisNumber = "x",
                Revision = 1,
                ParcelId = Guid.NewGuid(),
                Sscc = "069012340000000018",
                CentreCode = Centre,
                Courier = "配送员",
                BagSerials = ["1"],
                DeliveryRegionCode = "330110",
                PublicCode = "publiccodepubliccodepublic",
            }
        );

    public Task UndeliveredAsync(Guid id, int version) =>
        TellAsync<ParcelUndelivered, KeepCustody>(
            new ParcelUndelivered
            {
                AggregateId = id,
                Version = version,
                OccurredAt = DateTimeOffset.UtcNow,
                InstitutionCode = DemoRegion.Hospitals[0].Code,
                RegionCode = DemoRegion.Hospitals[0].RegionCode,
                HisNumber = "x",
                Revision = 1,
                ParcelId = Guid.NewGuid(),
                Sscc = "069012340000000018",
                CentreCode = Centre,
                Courier = "配送员",
                BagSerials = ["1"],
                DeliveryRegionCode = "330110",
                PublicCode = "publiccodepubliccodepublic",
                Reason = "absent",
                Attempt = 1,
                Back = false,
            }
        );

    public Task ArrivedAsync(Guid id, int version, string counter) =>
        TellAsync<ParcelArrived, KeepCustody>(
            new ParcelArrived
            {
                AggregateId = id,
                Version = version,
                OccurredAt = DateTimeOffset.UtcNow,
                InstitutionCode = DemoRegion.Hospitals[0].Code,
                RegionCode = DemoRegion.Hospitals[0].RegionCode,
                HisNumber = "x",
                Revision = 1,
                ParcelId = Guid.NewGuid(),
                Sscc = "069012340000000018",
                CentreCode = Centre,
                Courier = "配送员",
                BagSerials = ["1"],
                DeliveryRegionCode = "330110",
                PublicCode = "publiccodepubliccodepublic",
                CounterCode = counter,
                Until = new DateTimeOffset(2026, 11, 30, 10, 0, 0, TimeSpan.Zero),
            }
        );

    public static Task<HttpResponseMessage> AskAsync(HttpClient client, Guid id, string what, object? body = null) =>
        client.PostAsJsonAsync($"/api/prescriptions/{id}/{what}", body ?? new { });
}
