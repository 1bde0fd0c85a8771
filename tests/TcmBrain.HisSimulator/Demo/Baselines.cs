using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// What Yiwu published of its indicators for the baseline year (义乌基期值), reported by its authority as it would report any year, and approved from
/// above. Published numbers, not invented ones. May be run again.
/// </summary>
internal sealed class Baselines(Gateway gateway)
{
    private const string Plan = "yiwu-2025";
    private readonly Actor county = new(gateway, "regulator-2");
    private readonly Actor above = new(gateway, "operator-1");

    public async Task ReportAsync(Action<int, int> report, CancellationToken cancellationToken)
    {
        var plan = await county.GetAsync($"/api/cockpit/plans/{Plan}", cancellationToken);
        var published = plan.GetProperty("indicators")
            .EnumerateArray()
            .Where(i =>
                i.GetProperty("numerator").ValueKind == JsonValueKind.Null && i.GetProperty("baseline").ValueKind == JsonValueKind.Number
            )
            .ToList();
        foreach (var (done, indicator) in published.Index())
        {
            var seq = indicator.GetProperty("seq").GetInt32();
            var id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{Plan}/{seq}/baseline")).AsSpan(0, 16));
            var stands = await county.PutAsync(
                $"/api/cockpit/indicator-values/{id}",
                new
                {
                    plan = Plan,
                    seq,
                    regionCode = plan.GetProperty("regionCode").GetString(),
                    day = $"{indicator.GetProperty("baselineYear").GetInt32()}-12-31",
                    value = indicator.GetProperty("baseline").GetDecimal(),
                    evidence = $"{plan.GetProperty("source").GetString()}：基期值",
                },
                cancellationToken
            );
            if (stands.GetProperty("state").GetString() == "submitted")
            {
                await above.PostAsync($"/api/cockpit/indicator-values/{id}/decision", new { approve = true }, cancellationToken);
            }

            report(done + 1, published.Count);
        }
    }
}
