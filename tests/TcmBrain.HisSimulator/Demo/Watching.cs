using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// What comes after the medicine: patients say how it was, the regulator looks through the month, looks at an alert, publishes the evaluation and
/// freezes the report.
/// </summary>
internal sealed partial class Watching(Gateway gateway)
{
    private const int MostAnswers = 24;
    private const int Places = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Comments = ["送得很快,药袋密封好", "味道苦,但包装说明很清楚", "比预计晚了半天", "医师解释得很仔细"];

    /// <summary>One patient is given a week's medicine by four hospitals on the same day: what supervision should see.</summary>
    public static void PlantPatient(List<SimulatedPrescription> day)
    {
        // Pieces that may be given for few days only have fewer doses already.
        var chosen = day.Where(d => d.Flaw == Flaw.None && d.Prescription.Doses >= 4).DistinctBy(d => d.ClientId).Take(Places).ToList();
        if (chosen.Count < Places)
        {
            return;
        }

        foreach (var prescription in chosen.Select(c => c.Prescription))
        {
            prescription.Patient = chosen[0].Prescription.Patient.Clone();
            prescription.FeeFen = prescription.FeeFen / prescription.Doses * 7;
            prescription.Doses = 7;
        }
    }

    public async Task RunAsync(
        IReadOnlyCollection<PushAnswer> answers,
        ConcurrentDictionary<string, State> states,
        Action<int, int> report,
        CancellationToken cancellationToken
    )
    {
        var completed = answers
            .Where(a =>
                a.Accepted is { } reply && a.Pushed.Prescription.Decoct && states.GetValueOrDefault(reply.PrescriptionId) == State.Completed
            )
            .OrderBy(a => a.Pushed.Prescription.HisNumber, StringComparer.Ordinal)
            .Take(MostAnswers)
            .ToList();
        var steps = completed.Count + 4;
        var done = 0;
        foreach (var answer in completed)
        {
            await RateAsync(answer, done, cancellationToken);
            report(++done, steps);
        }

        var regulator = new Actor(gateway, "regulator-1");
        await regulator.PostAsync("/api/quality/supervision/runs", new { month = (string?)null }, cancellationToken);
        report(++done, steps);
        await LookAsync(regulator, cancellationToken);
        report(++done, steps);
        foreach (var group in new[] { "hospital", "centre" })
        {
            await regulator.PostAsync(
                "/api/quality/evaluation-publications",
                new
                {
                    group,
                    period = (string?)null,
                    region = (string?)null,
                },
                cancellationToken
            );
        }

        report(++done, steps);
        await regulator.PostAsync("/api/quality/reports", new { region = (string?)null, month = (string?)null }, cancellationToken);
        report(++done, steps);
    }

    /// <summary>The patient scans the bag and answers. The code is on the label and nowhere else.</summary>
    private async Task RateAsync(PushAnswer answer, int nth, CancellationToken cancellationToken)
    {
        var id = answer.Accepted!.PrescriptionId;
        var card = await new Actor(gateway, answer.Pushed.ClientId).GetAsync($"/api/pharmacy/prescriptions/{id}", cancellationToken);
        var centre = card.GetProperty("centreCode").GetString();
        var number = DemoRegion.Pharmacies.Select((at, i) => (at.Code, Number: i + 1)).First(p => p.Code == centre).Number;
        var worker = new Actor(gateway, $"decoction-{number}");
        var labels = await worker.GetAsync($"/api/decoction/jobs/{id}/labels", cancellationToken);
        var bag = labels.GetProperty("items").EnumerateArray().First(l => l.GetProperty("kind").GetString() == "bag");
        var (status, label) = await worker.SendAsync(
            HttpMethod.Post,
            $"/api/decoction/jobs/{id}/labels",
            new
            {
                orderId = Guid.NewGuid(),
                kind = "bag",
                subjects = new[] { bag.GetProperty("subject").GetString() },
                reason = bag.GetProperty("prints").GetInt32() > 0 ? "演示补打" : null,
            },
            cancellationToken
        );
        if (status != HttpStatusCode.OK || Code().Match(label) is not { Success: true } found)
        {
            // Without a font with Chinese characters nothing is printed, so nobody can scan.
            return;
        }

        var address = $"/api/quality/public/satisfaction/{found.Groups[1].Value}";
        await EventuallyOpenAsync(worker, address, cancellationToken);
        // Most are content; the same prescription is answered in the same way.
        var mark = 5 - nth * 7 % 10 / 4;
        await worker.PutAsync(
            address,
            new
            {
                answers = new
                {
                    overall = mark,
                    consultation = Math.Min(5, mark + 1),
                    medicine = mark,
                    packaging = 5 - nth % 3,
                    delivery = 5 - nth % 4,
                },
                comment = nth % 6 == 0 ? Comments[nth / 6 % Comments.Length] : null,
            },
            cancellationToken
        );
    }

    private static async Task EventuallyOpenAsync(Actor actor, string address, CancellationToken cancellationToken)
    {
        var until = DateTimeOffset.UtcNow + Patience;
        while (DateTimeOffset.UtcNow < until)
        {
            var (status, body) = await actor.SendAsync(HttpMethod.Get, address, null, cancellationToken);
            if (status == HttpStatusCode.OK && JsonDocument.Parse(body).RootElement.GetProperty("state").GetString() != "waiting")
            {
                return;
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new SimulatorException($"{address} could not be answered after {Patience.TotalSeconds:0} s.");
    }

    /// <summary>The first alert that nobody has looked at is looked at; the others stay as they are.</summary>
    private async Task LookAsync(Actor regulator, CancellationToken cancellationToken)
    {
        var alerts = await regulator.GetAsync("/api/quality/supervision/alerts?state=new&limit=1", cancellationToken);
        if (alerts.GetProperty("items").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } alert)
        {
            await regulator.SendAsync(
                HttpMethod.Post,
                $"/api/quality/supervision/alerts/{alert.GetProperty("alertId").GetGuid()}/acts",
                new { state = "looked-at" },
                cancellationToken,
                version: alert.GetProperty("version").GetInt32()
            );
        }
    }

    [GeneratedRegex(@"/URI \([^)]*?(?:/p/|[?&]c=)([0-9a-z]{26,32})")]
    private static partial Regex Code();
}
