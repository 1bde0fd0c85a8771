using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Nonconformities;

public sealed class NonconformityTests(QualityRoom room)
{
    [Fact]
    public async Task A_deviation_opens_one_nonconformity_however_often_it_is_told()
    {
        var deviation = new DeviationDetected
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 3,
            OccurredAt = room.Now,
            InstitutionCode = room.Organisation(),
            RegionCode = "330106",
            HisNumber = "RX",
            Revision = 1,
            CentreCode = room.Organisation(),
            Step = "first-boil",
            RuleId = "first-boil.ordinary",
            TextZh = "头煎 12 分钟,应为 20–30 分钟",
            TextEn = "first-boil took 12 minutes instead of 20–30",
        };
        await room.TakenInAsync(await room.Decoction.TellAsync(deviation));
        await room.TakenInAsync(await room.Decoction.TellAsync(deviation));
        await room.TakenInAsync(await room.Decoction.TellAsync(deviation with { Version = 5, RuleId = "second-boil.shorter" }));

        using var controller = room.Controller();
        var all = (await controller.ReadAsync("/api/quality/nonconformities?state=open&limit=500"))
            .Items.Where(i => i.GetProperty("prescriptionId").GetString() == deviation.AggregateId.ToString())
            .ToList();
        all.Select(i => i.GetProperty("ruleId").GetString()).ShouldBe(["first-boil.ordinary", "second-boil.shorter"], ignoreOrder: true);
        var opened = (await Told.OfAsync(room.Database, all[0].GetProperty("nonconformityId").GetGuid()))
            .Single()
            .Event.ShouldBeOfType<NonconformityOpened>();
        (opened.CentreCode, opened.TextZh, opened.Version).ShouldBe((deviation.CentreCode, deviation.TextZh, 1));

        using var own = room.Service.Client(TestTokens.Of("decoction-1", deviation.CentreCode, "330105", "decoction"));
        (await own.ReadAsync("/api/quality/nonconformities")).Items.Count.ShouldBe(2);
        using var other = room.Service.Client(TestTokens.Of("decoction-1", room.Organisation(), "330105", "decoction"));
        (await other.ReadAsync("/api/quality/nonconformities")).Items.ShouldBeEmpty();
    }
}
