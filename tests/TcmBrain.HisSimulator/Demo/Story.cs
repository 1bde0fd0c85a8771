using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>One prescription's whole story, as its own hospital may read it from four services; and the same refused to another.</summary>
internal sealed class Story(Gateway gateway)
{
    private static readonly string[] Path = [.. Enum.GetNames<State>().Select(name => "STATE_" + name.ToUpperInvariant())];

    /// <summary>One that was signed again and decocted if there is one: it has the most to tell.</summary>
    public static PushAnswer? Choose(IEnumerable<PushAnswer> answers, ConcurrentDictionary<string, State> states) =>
        answers
            .Where(a => a.Accepted is { } reply && states.GetValueOrDefault(reply.PrescriptionId) == State.Completed)
            .OrderByDescending(a => a.Accepted!.State == State.Intercepted)
            .ThenByDescending(a => a.Pushed.Prescription.Decoct)
            .ThenBy(a => a.Pushed.Prescription.HisNumber, StringComparer.Ordinal)
            .FirstOrDefault();

    public async Task TellAsync(PushAnswer hero, CancellationToken cancellationToken)
    {
        var id = hero.Accepted!.PrescriptionId;
        var his = new Actor(gateway, hero.Pushed.ClientId);
        var view = await his.GetAsync($"/api/prescriptions/{id}", cancellationToken);
        var pharmacy = await his.GetAsync($"/api/pharmacy/prescriptions/{id}", cancellationToken);
        var room = await his.GetAsync($"/api/decoction/prescriptions/{id}", cancellationToken);
        var trace = await his.GetAsync($"/api/traceability/prescriptions/{id}", cancellationToken);

        Console.WriteLine($"\n═══ 一张处方的故事 / one prescription's story ═══");
        Prescription(hero, view);
        Pharmacy(pharmacy);
        Room(room);
        Trace(trace);
        await ForbiddenAsync(hero, id, cancellationToken);
    }

    private static void Prescription(PushAnswer hero, JsonElement view)
    {
        var p = view.GetProperty("prescription");
        var patient = p.GetProperty("patient");
        Console.WriteLine($"{hero.Pushed.Hospital.NameZh} · {Text(p, "department")} · 处方号 {Text(p, "hisNumber")}");
        Console.WriteLine(
            $"患者 {Text(patient, "name")} {Text(patient, "identityNumber")} · {Text(p, "syndromeName")} · 拟 {hero.Pushed.Formula}"
        );
        Console.WriteLine(
            "Rp. "
                + string.Join(
                    " ",
                    hero.Pushed.Prescription.Lines.Select(l =>
                        l.Name
                        + new Weight(l.MilligramsPerDose).Grams.ToString("0.###", CultureInfo.InvariantCulture)
                        + "g"
                        + (l.Handling.Length > 0 ? $"({l.Handling})" : "")
                    )
                )
                + $" × {hero.Pushed.Prescription.Doses} 剂"
        );
        foreach (var finding in hero.Accepted!.Audit.Findings)
        {
            Console.WriteLine(
                $"  审方 {finding.Severity} {finding.RuleId}: {finding.TextZh} 〔{finding.Source}, {finding.Edition} {finding.Evidence}〕"
            );
        }

        Console.WriteLine("状态(平台记录时间;一天压进一分钟,实物工序的设备时间在此前几小时) / states by the platform's clock:");
        // Facts of several services come side by side; the story tells them in the order of the path.
        foreach (var entry in view.GetProperty("history").EnumerateArray().OrderBy(e => Array.IndexOf(Path, Text(e, "state"))))
        {
            var state = Text(entry, "state").Replace("STATE_", "", StringComparison.Ordinal).ToLowerInvariant();
            Console.WriteLine($"  {Time(entry, "recordedAt")}  {state, -12} {Text(entry, "actor")} {Text(entry, "reason")}");
        }
    }

    private static void Pharmacy(JsonElement card)
    {
        Console.WriteLine($"\n共享中药房 {Text(card, "centreNameZh")}: {Text(card, "reasonZh")}");
        Console.WriteLine(
            $"  (设备时间 device times) 调剂 {Text(card, "dispenser")} {Time(card, "startedAt")} – {Time(card, "finishedAt")} · 复核 {Text(card, "checker")} {Time(card, "checkedAt")}"
        );
        foreach (var line in card.GetProperty("lines").EnumerateArray())
        {
            foreach (var part in line.GetProperty("allocations").EnumerateArray())
            {
                Console.WriteLine(
                    $"  {Text(line, "piece")}: 批 {Text(part, "lotNumber")} ({Text(part, "origin")}, {Text(part, "supplier")}, 效期 {Text(part, "expiresOn")}) "
                        + $"应配 {Grams(part, "reservedMilligrams")} 实称 {Grams(part, "weighedMilligrams")}"
                );
            }
        }
    }

    private static void Room(JsonElement room)
    {
        Console.WriteLine("\n煎药 / decoction (设备时间 device times):");
        foreach (var step in room.GetProperty("steps").EnumerateArray())
        {
            Console.WriteLine(
                $"  {Time(step, "startedAt")} – {Time(step, "finishedAt")}  {Text(step, "step"), -12} 锅 {Text(step, "vessel")}  {Text(step, "finishedBy")}"
            );
        }

        Console.WriteLine($"  {room.GetProperty("bags").GetArrayLength()} 袋 × {room.GetProperty("millilitresPerBag").GetInt32()} ml");
        if (room.GetProperty("parcel") is { ValueKind: JsonValueKind.Object } parcel)
        {
            Console.WriteLine(
                $"  包裹 SSCC {Text(parcel, "sscc")}: 发出 {Time(parcel, "shippedAt")} 送达 {Time(parcel, "deliveredAt")} {Text(parcel, "deliveredBy")}"
            );
        }
    }

    private static void Trace(JsonElement trace)
    {
        Console.WriteLine("\n溯源 / trace (EPCIS 2.0):");
        foreach (var entry in trace.GetProperty("lots").EnumerateArray().Concat(trace.GetProperty("items").EnumerateArray()))
        {
            var e = entry.GetProperty("event");
            var hash = Text(entry, "eventHash");
            Console.WriteLine(
                $"  #{Text(entry, "leafIndex"), -6} {Text(e, "type"), -20} {Text(e, "bizStep"), -24} {(hash.Length > 34 ? hash[..34] + "…" : hash)}"
            );
        }
    }

    private async Task ForbiddenAsync(PushAnswer hero, string id, CancellationToken cancellationToken)
    {
        var other = DemoRegion.Clients.First(c => c.Id.StartsWith("his-", StringComparison.Ordinal) && c.Id != hero.Pushed.ClientId);
        var stranger = new Actor(gateway, other.Id);
        Console.WriteLine($"\n同一处方,换一家医院 / the same for {other.Name}:");
        foreach (
            var path in new[]
            {
                "prescriptions/{0}",
                "pharmacy/prescriptions/{0}",
                "decoction/prescriptions/{0}",
                "traceability/prescriptions/{0}",
            }
        )
        {
            var (status, body) = await stranger.SendAsync(
                HttpMethod.Get,
                "/api/" + string.Format(CultureInfo.InvariantCulture, path, id),
                null,
                cancellationToken
            );
            Console.WriteLine($"  {(int)status} {Code(body)}  /api/{string.Format(CultureInfo.InvariantCulture, path, "…")}");
            if (status != HttpStatusCode.NotFound)
            {
                throw new SimulatorException($"Another hospital was answered {(int)status} for {path}: it must not find it.");
            }
        }
    }

    private static string Code(string body)
    {
        using var json = JsonDocument.Parse(body.Length == 0 ? "{}" : body);
        return json.RootElement.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "";
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.Null => "",
                _ => value.ToString(),
            }
            : "";

    private static string Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, out var t)
            ? t.ToOffset(RegionTime.Offset).ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "";

    private static string Grams(JsonElement element, string name) =>
        long.TryParse(Text(element, name), CultureInfo.InvariantCulture, out var mg) ? new Weight(mg).ToString() : "–";
}
