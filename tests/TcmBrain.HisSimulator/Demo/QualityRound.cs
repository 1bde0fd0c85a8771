using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>The quality centre's evening round (质控巡查): what the day left behind is taken up, one nonconformity to each stage, and one is dealt with to its end.</summary>
internal sealed class QualityRound(Gateway gateway)
{
    private const string All = "/api/quality/nonconformities";
    private readonly Actor quality = new(gateway, "quality-1");
    private readonly Actor worker = new(gateway, "decoction-1");

    public async Task WalkAsync(CancellationToken cancellationToken)
    {
        await new Laboratory(gateway).FindBadLotsAsync(cancellationToken);
        var closed = await OpenAsync("minor", "2号煎药机", "巡查:煎药机清洗记录漏签一次", cancellationToken);
        await worker.ActAsync($"{All}/{closed}/containment", 1, new { text = "当班补签并复核清洗效果" }, cancellationToken);
        await quality.ActAsync($"{All}/{closed}/check", 2, new { effective = true, text = "抽查三日清洗记录,均已双签" }, cancellationToken);

        var running = await OpenAsync("major", "冷藏柜 1", "巡查:留样冷藏柜温度 11 ℃,超出 2–8 ℃", cancellationToken);
        await worker.ActAsync($"{All}/{running}/containment", 1, new { text = "留样移至备用冷藏柜,原柜停用" }, cancellationToken);
        await quality.ActAsync(
            $"{All}/{running}/assignment",
            2,
            new
            {
                owner = "decoction-1",
                ownerName = "煎药组长",
                severity = "major",
                reason = "设备由煎药室管理",
            },
            cancellationToken
        );
        await worker.ActAsync(
            $"{All}/{running}/cause",
            3,
            new
            {
                method = "five-whys",
                category = "machine",
                text = "门封老化未列入保养计划,夜间漏冷",
            },
            cancellationToken
        );
        await worker.ActAsync(
            $"{All}/{running}/actions",
            4,
            new
            {
                actionId = Guid.CreateVersion7(),
                kind = "preventive",
                text = "门封列入季度保养,冷藏柜加装温度报警",
                owner = "decoction-1",
                ownerName = "煎药组长",
                dueOn = RegionTime.DayOf(DateTimeOffset.UtcNow).AddDays(14),
            },
            cancellationToken
        );
    }

    private async Task<Guid> OpenAsync(string severity, string subject, string text, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        await quality.PostAsync(
            All,
            new
            {
                id,
                centreCode = DemoRegion.Pharmacies[0].Code,
                subject,
                severity,
                text,
            },
            cancellationToken
        );
        return id;
    }
}
