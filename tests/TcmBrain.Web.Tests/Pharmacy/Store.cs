using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Pharmacy;

/// <summary>The stockroom of the first demo centre, asked without a browser.</summary>
internal static class Store
{
    public const string Keeper = "dispenser1";
    public const string Second = "checker1";
    public const string Judge = "quality1";

    public static string Supplier => DemoRegion.Manufacturers[0].NameZh;

    private static string Day(int days) =>
        RegionTime.DayOf(DateTimeOffset.UtcNow).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The centre and its suppliers have been told of.</summary>
    public static async Task OpenAsync(Platform platform)
    {
        using var keeper = await platform.AsAsync(Keeper);
        await Eventually.Be(
            async () =>
            {
                var suppliers = await keeper.GetFromJsonAsync<JsonElement>("/api/pharmacy/suppliers");
                var centres = await keeper.GetFromJsonAsync<JsonElement>("/api/pharmacy/transfers/destinations");
                return suppliers.GetProperty("items").GetArrayLength() >= DemoRegion.Manufacturers.Count
                    && centres.GetProperty("items").GetArrayLength() >= DemoRegion.Pharmacies.Count;
            },
            "the pharmacy knows centres and suppliers"
        );
    }

    /// <returns>The lot in quarantine.</returns>
    public static async Task<string> GoodsInAsync(Platform platform, string piece, string number, long grams, int expiresIn = 500)
    {
        using var keeper = await platform.AsAsync(Keeper);
        using var answer = await keeper.PostAsJsonAsync(
            "/api/pharmacy/goods-in",
            new
            {
                piece,
                lotNumber = number,
                supplier = Supplier,
                origin = "甘肃陇西",
                quantityMilligrams = grams * 1000,
                producedOn = Day(-60),
                expiresOn = Day(expiresIn),
                certificate = "HG-" + number,
            }
        );
        var body = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(body);
        return JsonDocument.Parse(body).RootElement.GetProperty("lotId").GetString()!;
    }

    /// <summary>Quality releases it, and the pharmacy has heard.</summary>
    public static async Task<string> StockAsync(Platform platform, string piece, string number, long grams, int expiresIn = 500)
    {
        var lot = await GoodsInAsync(platform, piece, number, grams, expiresIn);
        using var judge = await platform.AsAsync(Judge);
        object[] tests =
        [
            new
            {
                test = "moisture",
                value = 9.1m,
                unit = "%",
            },
            new
            {
                test = "so2",
                value = 5m,
                unit = "mg/kg",
            },
            new
            {
                test = "lead",
                value = 0.4m,
                unit = "mg/kg",
            },
        ];
        await Eventually.Be(
            async () => (await judge.PostAsJsonAsync($"/api/quality/lots/{lot}/release", new { tests })).IsSuccessStatusCode,
            "quality has heard of the lot"
        );
        await HeardOfReleaseAsync(platform, lot);
        return lot;
    }

    public static Task HeardOfReleaseAsync(Platform platform, string lot) =>
        Eventually.Be(
            async () => (await platform.GetAsync(Keeper, $"/api/pharmacy/lots/{lot}")).GetProperty("status").GetString() == "available",
            "the pharmacy has heard of the release"
        );

    public static async Task PutAsync(Platform platform, string user, string path, object body)
    {
        using var client = await platform.AsAsync(user);
        using var answer = await client.PutAsJsonAsync(path, body);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    public static Task PositionAsync(Platform platform, string code, string zone, string? piece = null) =>
        PutAsync(
            platform,
            Keeper,
            $"/api/pharmacy/positions/{code}",
            new
            {
                zone,
                piece,
                minCelsius = 0,
                maxCelsius = 25,
                maxHumidity = 65,
                careDays = 30,
                retired = false,
            }
        );
}
