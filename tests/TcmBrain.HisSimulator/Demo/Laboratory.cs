using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// The quality centre's laboratory: makes the tests that a lot needs, keeps its certificate and releases it. Some certificates never come, one lot fails and
/// is rejected, one waits for a retest.
/// </summary>
internal sealed class Laboratory(Gateway gateway)
{
    private readonly Actor quality = new(gateway, "quality-1");
    private int lots;

    public async Task ReleaseAsync(Guid lotId, CancellationToken cancellationToken)
    {
        var lot = await FindAsync(lotId, cancellationToken);
        if (Interlocked.Increment(ref lots) % 4 != 0)
        {
            await UploadAsync(lot, cancellationToken);
        }

        var tests = lot.GetProperty("tests").EnumerateArray().Where(IsMade).Select(test => Result(test, 0.4m)).ToArray();
        await quality.PostAsync($"/api/quality/lots/{lotId}/release", new { tests }, cancellationToken);
    }

    /// <summary>Two more lots come in at the first centre: neither is as it should be.</summary>
    public async Task FindBadLotsAsync(CancellationToken cancellationToken)
    {
        var rejected = await FetchAsync("白芷", 2, cancellationToken);
        await ReportAsync(rejected, "so2", cancellationToken);
        await quality.PostAsync(
            $"/api/quality/lots/{rejected}/reject",
            new { reason = "二氧化硫残留量超过限度,供应商放弃复检" },
            cancellationToken
        );
        await ReportAsync(await FetchAsync("陈皮", 3, cancellationToken), "aflatoxin-total", cancellationToken);
    }

    private async Task ReportAsync(Guid lotId, string bad, CancellationToken cancellationToken)
    {
        var lot = await FindAsync(lotId, cancellationToken);
        await UploadAsync(lot, cancellationToken);
        var tests = lot.GetProperty("tests")
            .EnumerateArray()
            .Where(IsMade)
            .Select(test => Result(test, test.GetProperty("test").GetString() == bad ? 1.6m : 0.6m))
            .ToArray();
        await quality.PostAsync($"/api/quality/lots/{lotId}/results", new { tests, laboratory = "市药品检验所" }, cancellationToken);
    }

    private async Task<Guid> FetchAsync(string piece, int maker, CancellationToken cancellationToken)
    {
        var today = RegionTime.DayOf(DateTimeOffset.UtcNow);
        var number = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var accepted = await new Actor(gateway, "dispenser-1").PostAsync(
            "/api/pharmacy/goods-in",
            new
            {
                piece,
                lotNumber = $"Q{number}",
                supplier = DemoRegion.Manufacturers[maker % DemoRegion.Manufacturers.Count].Code,
                origin = Stockroom.Origins[maker],
                quantityMilligrams = 25_000_000,
                producedOn = today.AddDays(-40),
                expiresOn = today.AddDays(500),
                certificate = $"COA-Q{number}",
            },
            cancellationToken
        );
        return accepted.GetProperty("lotId").GetGuid();
    }

    /// <summary>What has to be tested, and lead and the assays besides.</summary>
    private static bool IsMade(JsonElement test) =>
        test.GetProperty("required").GetBoolean()
        || test.GetProperty("test").GetString() is "lead"
        || test.GetProperty("test").GetString()!.StartsWith("assay-", StringComparison.Ordinal);

    /// <param name="share">of the limit; water is always near its own, and nothing is found of what hardly ever is there</param>
    private static object Result(JsonElement test, decimal share)
    {
        var (name, unit) = (test.GetProperty("test").GetString()!, test.GetProperty("unit").GetString()!);
        if (test.GetProperty("min").ValueKind == JsonValueKind.Number)
        {
            return new
            {
                test = name,
                unit,
                value = (decimal?)Math.Round(test.GetProperty("min").GetDecimal() * 1.25m, 4),
                detection = (decimal?)null,
            };
        }

        var max = test.GetProperty("max").GetDecimal();
        var absent = share < 1 && name.StartsWith("aflatoxin", StringComparison.Ordinal);
        return new
        {
            test = name,
            unit,
            value = absent ? (decimal?)null : Math.Round(max * (name == "moisture" ? 0.85m : share), 4),
            detection = absent ? max / 20 : (decimal?)null,
        };
    }

    private Task UploadAsync(JsonElement lot, CancellationToken cancellationToken)
    {
        var id = lot.GetProperty("lotId").GetGuid();
        var number = lot.GetProperty("lotNumber").GetString();
        return quality.PostAsync(
            $"/api/quality/lots/{id}/certificates?name=COA-{number}.pdf",
            Page($"Certificate of analysis, lot {number}"),
            cancellationToken
        );
    }

    /// <summary>A PDF of one page with one line.</summary>
    private static byte[] Page(string line)
    {
        var text = $"BT /F1 14 Tf 60 760 Td ({line}) Tj ET";
        string[] objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            $"<< /Length {text.Length} >>\nstream\n{text}\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ];
        var pdf = new StringBuilder("%PDF-1.4\n");
        var places = new List<int>();
        foreach (var (i, content) in objects.Index())
        {
            places.Add(pdf.Length);
            pdf.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{content}\nendobj\n");
        }

        var start = pdf.Length;
        pdf.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        places.ForEach(place => pdf.Append(CultureInfo.InvariantCulture, $"{place:0000000000} 00000 n \n"));
        pdf.Append(CultureInfo.InvariantCulture, $"trailer << /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(pdf.ToString());
    }

    /// <summary>The lot reaches quality control as an event, a moment after it was accepted.</summary>
    private async Task<JsonElement> FindAsync(Guid lotId, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (status, body) = await quality.SendAsync(HttpMethod.Get, $"/api/quality/lots/{lotId}", null, cancellationToken);
            if ((int)status is >= 200 and < 300)
            {
                return JsonSerializer.Deserialize<JsonElement>(body);
            }

            if (status != HttpStatusCode.NotFound || attempt == 200)
            {
                throw new SimulatorException($"Quality control does not hear of the lot {lotId}: {(int)status} {body}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
