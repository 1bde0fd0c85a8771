using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Labels;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Paper;

namespace TcmBrain.Decoction.Tests.Labels;

public sealed class LabelTests(Room room)
{
    private const string Font = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc";

    [Fact]
    public async Task Every_bag_and_what_is_packed_apart_has_its_label_and_prints_are_counted()
    {
        SkipWithoutFont();
        var (rx, worker) = await PackedAsync();
        var before = await ListAsync(worker, rx);
        before.Count(l => l.Kind == "bag").ShouldBe(14);
        before.Where(l => l.Kind == "apart").Select(l => l.Subject).ShouldBe(["后下", "冲服"]);
        var order = Guid.NewGuid();
        for (var time = 1; time <= 2; time++)
        {
            using var printed = await PrintAsync(worker, rx, new { orderId = order });
            printed.StatusCode.ShouldBe(HttpStatusCode.OK);
            printed.Content.Headers.ContentType!.MediaType.ShouldBe("application/pdf");
            printed.Headers.CacheControl!.NoStore.ShouldBeTrue();
            (await ListAsync(worker, rx)).ShouldAllBe(l => l.Prints == 1);
        }

        room.Prescriptions.Looks.Where(l => l.Prescription == rx).ShouldBe([(rx, true), (rx, true)]);
        // The name is on paper and nowhere in this service's database.
        (await room.ScalarAsync<long>("select count(*) from decoction.label_print where label_print::text like '%张三丰%'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_further_print_needs_its_reason_and_makes_the_one_before_void()
    {
        SkipWithoutFont();
        var (rx, worker) = await PackedAsync();
        var serial = (await ListAsync(worker, rx))[0].Subject;
        (await PrintAsync(worker, rx, new { orderId = Guid.NewGuid(), kind = "bag" })).EnsureSuccessStatusCode();
        var again = new
        {
            orderId = Guid.NewGuid(),
            kind = "bag",
            subjects = new[] { serial },
            format = "png",
        };
        (await worker.SendAsync(Path(rx), again)).ShouldBeRefused("DEC-0622", HttpStatusCode.BadRequest);
        using var printed = await PrintAsync(
            worker,
            rx,
            new
            {
                again.orderId,
                again.kind,
                again.subjects,
                again.format,
                reason = "标签破损",
            }
        );
        (await printed.Content.ReadAsByteArrayAsync())[..4].ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);
        (await worker.ReadAsync($"/api/decoction/labels/{serial}?print=1")).Json.GetProperty("valid").GetBoolean().ShouldBeFalse();
        var last = (await worker.ReadAsync($"/api/decoction/labels/{serial}?print=2")).Json;
        last.GetProperty("valid").GetBoolean().ShouldBeTrue();
        last.GetProperty("reason").GetString().ShouldBe("标签破损");
        (await worker.ReadAsync($"/api/decoction/labels/{serial}?print=3")).ShouldBeRefused("DEC-0626", HttpStatusCode.NotFound);
        (await worker.SendAsync(Path(rx), new { orderId = Guid.NewGuid(), subjects = new[] { "0000000000000" } })).ShouldBeRefused(
            "DEC-0621",
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task Of_an_erased_patient_no_label_is_printed_and_none_is_counted()
    {
        SkipWithoutFont();
        var (rx, worker) = await PackedAsync();
        room.Prescriptions.Erased[rx] = true;
        (await worker.SendAsync(Path(rx), new { orderId = Guid.NewGuid() })).ShouldBeRefused("DEC-0625", HttpStatusCode.Conflict);
        (await ListAsync(worker, rx)).ShouldAllBe(l => l.Prints == 0);
        using var stranger = room.Worker(room.Organisation());
        (await stranger.SendAsync(Path(rx), new { orderId = Guid.NewGuid() })).ShouldBeRefused("DEC-0106", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_scanner_reads_the_digital_link_off_the_picture()
    {
        SkipWithoutFont();
        Assert.SkipUnless(File.Exists("/usr/bin/zbarimg"), "no scanner: apt-get install zbar-tools");
        var (rx, worker) = await PackedAsync();
        var serial = (await ListAsync(worker, rx))[0].Subject;
        using var printed = await PrintAsync(
            worker,
            rx,
            new
            {
                orderId = Guid.NewGuid(),
                subjects = new[] { serial },
                format = "png",
            }
        );
        var file = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"label-{rx:N}.png");
        await File.WriteAllBytesAsync(file, await printed.Content.ReadAsByteArrayAsync());
        try
        {
            using var scan = Process.Start(
                new ProcessStartInfo("/usr/bin/zbarimg", ["-q", "--raw", file]) { RedirectStandardOutput = true }
            )!;
            var read = (await scan.StandardOutput.ReadToEndAsync()).Trim();
            await scan.WaitForExitAsync();
            var code = await room.ScalarAsync<string>("select public_code from decoction.job where prescription_id = $1", rx);
            read.ShouldBe($"https://tcm.example/01/{Gs1.BagGtin("6901234")}/21/{serial}?c={code}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_text_of_the_pdf_is_text_and_says_what_the_rules_ask()
    {
        SkipWithoutFont();
        Assert.SkipUnless(File.Exists("/usr/bin/pdftotext"), "no reader of PDF: apt-get install poppler-utils");
        var (rx, worker) = await PackedAsync();
        using var printed = await PrintAsync(worker, rx, new { orderId = Guid.NewGuid() });
        var file = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"label-{rx:N}.pdf");
        await File.WriteAllBytesAsync(file, await printed.Content.ReadAsByteArrayAsync());
        try
        {
            using var reader = Process.Start(
                new ProcessStartInfo("/usr/bin/pdftotext", ["-layout", file, "-"]) { RedirectStandardOutput = true }
            )!;
            var pages = (await reader.StandardOutput.ReadToEndAsync()).Split('\f', StringSplitOptions.RemoveEmptyEntries);
            await reader.WaitForExitAsync();
            // 14 bags, and two that are packed apart.
            pages.Length.ShouldBe(16);
            foreach (
                var said in (string[])
                    [
                        "西溪示范中医院",
                        "张三丰",
                        "男",
                        "52岁",
                        "处方号",
                        "内服",
                        "共 7 剂 14 袋",
                        "每袋 200 ml",
                        "每日 2 次",
                        "冷藏",
                        "用完",
                        "煎药单位",
                    ]
            )
            {
                pages[0].Replace("  ", " ").ShouldContain(said);
            }

            pages[15].ShouldContain("三七粉");
            pages[15].ShouldNotContain("冷藏");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_font_has_every_sign_that_labels_need()
    {
        SkipWithoutFont();
        var font = new TrueTypeFont(File.ReadAllBytes(Font));
        const string signs =
            "内服外用禁止口服煎药单位电话处方号共剂袋第每毫升ml用法日次煎制操作冷藏保存前用完扫码看去向与用法补打旧签作废2–8°C【】0123456789:-";
        signs
            .EnumerateRunes()
            .Where(rune => font.OutlineOf(font.GlyphOf(rune.Value)).Count == 0 || font.GlyphOf(rune.Value) == 0)
            .ShouldBeEmpty();
        font.OutlineOf(font.GlyphOf('药')).Count.ShouldBeGreaterThan(3);
    }

    private static void SkipWithoutFont() => Assert.SkipUnless(File.Exists(Font), "no Chinese font: apt-get install fonts-wqy-microhei");

    private static string Path(Guid rx) => $"/api/decoction/jobs/{rx}/labels";

    private static Task<HttpResponseMessage> PrintAsync(HttpClient worker, Guid rx, object order) =>
        worker.PostAsJsonAsync(Path(rx), order);

    private static async Task<List<LabelItem>> ListAsync(HttpClient worker, Guid rx) =>
        [.. (await worker.GetFromJsonAsync<LabelList>(Path(rx)))!.Items];

    private async Task<(Guid Prescription, HttpClient Worker)> PackedAsync()
    {
        var centre = room.Organisation();
        await room.NameAsync(centre, "城北示范共享中药房(煎药中心)", "Chengbei");
        var rx = room.Checked(centre) with
        {
            Taking = new Taking("每日1剂,水煎400ml,分早晚两次空腹温服", 2, 200),
            Portions = [Room.Portion(1, "茯苓", 15), Room.Portion(2, "三七粉", 3, "冲服"), Room.Portion(3, "薄荷", 6, "后下")],
        };
        await room.NameAsync(rx.InstitutionCode, "西溪示范中医院", "Xixi");
        await room.ArriveAsync(rx);
        var worker = room.Worker(centre);
        await room.DecoctAsync(worker, rx.AggregateId, "V01", room.Morning);
        return (rx.AggregateId, worker);
    }
}
