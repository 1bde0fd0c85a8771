using System.Net;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Jobs;

/// <summary>Who may read a prescription's part of the story: whose it is, who handles it, who supervises it.</summary>
public sealed class GuardTests(Room room)
{
    [Theory]
    [InlineData("his", "hospital", "330106", true)]
    [InlineData("prescriber", "hospital", "330106", true)]
    [InlineData("his", "other", "330106", false)]
    [InlineData("decoction", "centre", "330105", true)]
    [InlineData("decoction", "other", "330106", false)]
    [InlineData("courier", "centre", "330105", true)]
    [InlineData("regulator", "other", "330106", true)]
    [InlineData("regulator", "other", "330100", true)]
    [InlineData("regulator", "other", "330000", true)]
    [InlineData("regulator", "other", "330782", false)]
    [InlineData("regulator", "other", "", false)]
    [InlineData("his", "other", "330100", false)]
    [InlineData("operator", "other", "330100", true)]
    [InlineData("his", "", "330106", false)]
    public async Task A_story_is_read_by(string role, string whose, string region, bool may)
    {
        var centre = room.Organisation();
        var rx = await room.ArriveAsync(centre);
        var institution = whose switch
        {
            "hospital" => rx.InstitutionCode,
            "centre" => centre,
            "" => "",
            _ => room.Organisation(),
        };
        using var client = room.Service.Client(TestTokens.Of("someone", institution, region, role));
        var answer = await client.ReadAsync($"/api/decoction/prescriptions/{rx.AggregateId}");
        if (may)
        {
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
            answer.Json.GetProperty("hisNumber").GetString().ShouldBe(rx.HisNumber);
        }
        else
        {
            answer.ShouldBeRefused("DEC-0106", HttpStatusCode.NotFound);
            var nobodys = await client.ReadAsync($"/api/decoction/prescriptions/{Guid.CreateVersion7()}");
            nobodys.Json.GetProperty("faults").GetRawText().ShouldBe(answer.Json.GetProperty("faults").GetRawText());
        }
    }

    [Fact]
    public async Task A_centre_lists_its_own_jobs_whatever_it_asks_for()
    {
        var centre = room.Organisation();
        await room.ArriveAsync(centre);
        using var stranger = room.Worker(room.Organisation());
        (await stranger.ReadAsync($"/api/decoction/jobs?centre={centre}")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await stranger.ReadAsync("/api/decoction/vessels")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
    }
}
