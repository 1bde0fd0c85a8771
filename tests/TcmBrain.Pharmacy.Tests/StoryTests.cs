using System.Net;
using TcmBrain.Testing;

namespace TcmBrain.Pharmacy.Tests;

public sealed class StoryTests(House house)
{
    [Fact]
    public async Task The_story_has_centre_reason_lots_with_their_origin_weights_and_people()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        var lot = await house.StockAsync(centre, piece, 1000, lotNumber: "20260101-1");
        var approved = house.Approved((piece, 10));
        var id = await house.ReservedAsync(approved);
        using var dispenser = house.Dispenser(centre);
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
        var portions = new[]
        {
            new
            {
                lineNumber = 1,
                lotNumber = "20260101-1",
                milligrams = 69_900,
            },
        };
        await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/weights", new { portions }, HttpMethod.Put);
        using var his = house.Service.Client(TestTokens.Of("his-1", approved.InstitutionCode, "330106", "his"));

        var story = await his.JsonAsync($"/api/pharmacy/prescriptions/{id}");

        story.GetProperty("state").GetString().ShouldBe("dispensing");
        story.GetProperty("centreCode").GetString().ShouldBe(centre);
        story.GetProperty("reasonZh").GetString()!.ShouldContain("备齐全部 1 味");
        story.GetProperty("dispenser").GetString().ShouldBe("dispenser-1");
        var line = story.GetProperty("lines")[0];
        line.GetProperty("milligramsTotal").GetInt64().ShouldBe(70_000);
        var part = line.GetProperty("allocations")[0];
        part.GetProperty("lotId").GetGuid().ShouldBe(lot);
        part.GetProperty("origin").GetString().ShouldBe("浙江磐安");
        part.GetProperty("weighedMilligrams").GetInt64().ShouldBe(69_900);
    }

    [Fact]
    public async Task It_is_told_to_those_it_concerns_and_to_others_it_does_not_exist()
    {
        var piece = house.Piece();
        var centre = await house.CentreAsync();
        await house.StockAsync(centre, piece, 1000);
        var approved = house.Approved((piece, 10));
        var id = await house.ReservedAsync(approved);
        var unknown = Guid.CreateVersion7();
        (string Institution, string Region, string Role, bool Sees)[] callers =
        [
            (approved.InstitutionCode, "330106", "his", true),
            (house.Organisation(), "330106", "his", false),
            (centre, House.County, "dispenser", true),
            (await house.CentreAsync(), House.County, "dispenser", false),
            (house.Organisation(), "330000", "regulator", true),
            (house.Organisation(), "330106", "regulator", true),
            (house.Organisation(), "330105", "regulator", false),
            (house.Organisation(), "", "regulator", false),
            (house.Organisation(), "", "operator", true),
            ("", "", "his", false),
        ];

        foreach (var (institution, region, role, sees) in callers)
        {
            using var client = house.Service.Client(TestTokens.Of("someone", institution, region, role));
            var answer = await client.ReadAsync($"/api/pharmacy/prescriptions/{id}");
            if (sees)
            {
                answer.Status.ShouldBe(HttpStatusCode.OK, $"{role} of {region}");
            }
            else
            {
                var nobodys = await client.ReadAsync($"/api/pharmacy/prescriptions/{unknown}");
                answer.ShouldBeRefused("PHA-0114", HttpStatusCode.NotFound);
                nobodys.ShouldBeRefused("PHA-0114", HttpStatusCode.NotFound);
            }
        }
    }
}
