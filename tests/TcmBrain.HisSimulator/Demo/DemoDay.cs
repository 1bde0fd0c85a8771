using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>
/// A day of the region (演示日): hospitals push the classic formulas as prescriptions, some wrong on purpose; prescribers, pharmacists,
/// dispensers, decoction rooms and couriers do their work through the public interfaces, until every prescription has come to its end.
/// </summary>
internal sealed class DemoDay(Gateway gateway, int count, int seed)
{
    private const int FlawEvery = 7;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private readonly ConcurrentDictionary<string, State> states = new();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var factory = new PrescriptionFactory(Catalogue.Default, seed, DateTimeOffset.UtcNow.AddHours(-4));
        var day = Enumerable.Range(0, count).Select(i => factory.Make(i, FlawEvery)).ToList();
        Watching.PlantPatient(day);

        await Progress.RunAsync("入库与放行 goods in", report => new Stockroom(gateway).FillAsync(Needed(day), report, cancellationToken));
        await Progress.RunAsync("指标基期值 baselines", report => new Baselines(gateway).ReportAsync(report, cancellationToken));

        using var journal = new Journal();
        var answers = new ConcurrentBag<PushAnswer>();
        PushReport? pushed = null;
        await Progress.RunAsync(
            "推送处方 push",
            async report =>
                pushed = await new PushRun(gateway, journal).RunAsync(
                    day,
                    perSecond: 0,
                    unary: false,
                    answer =>
                    {
                        answers.Add(answer);
                        report(answers.Count, day.Count);
                    },
                    cancellationToken
                )
        );
        if (pushed!.Failed > 0)
        {
            throw new SimulatorException($"{pushed.Failed} prescriptions were never answered.");
        }

        Tell(pushed, answers);
        await Progress.RunAsync("调剂、煎煮、配送 to the patient", report => FollowAsync(answers, report, cancellationToken));
        await new QualityRound(gateway).WalkAsync(cancellationToken);
        var ended = states.GroupBy(s => s.Value).OrderBy(g => g.Key).Select(g => $"{g.Key.ToString().ToLowerInvariant()} {g.Count()}");
        Console.WriteLine(
            $"\n{states.Count} 张处方已有结果 / prescriptions at their end: {string.Join(", ", ended)} ({clock.Elapsed.TotalSeconds:0} s)"
        );

        await new ReviewOffice(gateway).WorkAsync(cancellationToken);
        await Progress.RunAsync(
            "患者评价、监管与评价 satisfaction, supervision, evaluation",
            report => new Watching(gateway).RunAsync(answers, states, report, cancellationToken)
        );
        var hero = Story.Choose(answers, states);
        if (hero is not null)
        {
            await new Story(gateway).TellAsync(hero, cancellationToken);
        }

        return 0;
    }

    /// <summary>What could be dispensed today, by piece; a name that needs a person's choice is not.</summary>
    private static Dictionary<string, long> Needed(List<SimulatedPrescription> day)
    {
        var catalogue = Catalogue.Default;
        var needed = new Dictionary<string, long>();
        foreach (var prescription in day.Select(d => d.Prescription))
        {
            foreach (var line in prescription.Lines.Where(l => l.MilligramsPerDose > 0))
            {
                if (catalogue.Resolve(line.Name) is { IsCertain: true } name)
                {
                    foreach (var herb in name.Choices.IsDefaultOrEmpty ? [name.Herb] : name.Choices)
                    {
                        var piece = catalogue[herb];
                        if (!piece.IsBanned)
                        {
                            needed[piece.Name] = needed.GetValueOrDefault(piece.Name) + line.MilligramsPerDose * prescription.Doses;
                        }
                    }
                }
            }
        }

        return needed;
    }

    private static void Tell(PushReport pushed, IReadOnlyCollection<PushAnswer> answers)
    {
        Console.WriteLine(
            $"\n{pushed.Count} 张 / prescriptions in {pushed.Seconds:0.0} s: {pushed.Accepted} 接收 accepted, {pushed.Refused} 拒收 refused at the door"
        );
        foreach (var group in answers.Where(a => a.Pushed.Flaw != Flaw.None).GroupBy(a => a.Pushed.Flaw).OrderBy(g => g.Key))
        {
            var one = group.First();
            var said = one.Accepted is { } reply
                ? reply
                    .Audit.Findings.OrderByDescending(f => f.Severity)
                    .Select(f => $"{f.Severity} {f.RuleId}: {f.TextZh} 〔{f.Source}〕")
                    .FirstOrDefault()
                : string.Join("; ", one.Refused!.Faults.Select(f => $"{f.Code} {f.Field}: {f.TextZh}"));
            Console.WriteLine($"  {group.Count(), 3} × {group.Key, -20} {said}");
        }
    }

    private async Task FollowAsync(IReadOnlyCollection<PushAnswer> answers, Action<int, int> report, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Patience);
        var accepted = answers.Where(a => a.Accepted is not null).ToList();
        foreach (var answer in accepted)
        {
            states[answer.Accepted!.PrescriptionId] = answer.Accepted.State;
        }

        var people = DemoRegion
            .Hospitals.Select((_, i) => HospitalAsync(i + 1, accepted, stop.Token))
            .Concat(
                DemoRegion.Pharmacies.Select(
                    (_, i) => new Centre(gateway, i + 1, id => states.ContainsKey(id.ToString())).WorkAsync(stop.Token)
                )
            )
            .ToList();
        try
        {
            while (true)
            {
                var ended = states.Values.Count(HasEnded);
                report(ended, states.Count);
                if (ended == states.Count)
                {
                    break;
                }

                if (people.FirstOrDefault(p => p.IsFaulted) is { } failed)
                {
                    await failed;
                }

                await Task.Delay(100, stop.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var open = states.Where(s => !HasEnded(s.Value)).Select(s => $"{s.Key} {s.Value}").Take(5);
            throw new SimulatorException($"After {Patience.TotalMinutes:0} minutes some are not at their end: {string.Join(", ", open)}");
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(people).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool HasEnded(State state) =>
        state is State.Completed or State.Rejected or State.Cancelled or State.Returned or State.Expired or State.Superseded;

    /// <summary>One hospital: follows its prescriptions; prescribers sign again, the pharmacist decides.</summary>
    private async Task HospitalAsync(int number, IReadOnlyList<PushAnswer> accepted, CancellationToken stop)
    {
        var own = accepted.Where(a => a.Pushed.ClientId == $"his-{number}").ToList();
        if (own.Count == 0)
        {
            return;
        }

        var client = DemoRegion.ClientOf($"his-{number}");
        using var channel = gateway.Channel();
        var service = new PrescriptionService.PrescriptionServiceClient(channel);
        var following = WatchAsync(service, client, own, stop);
        var pharmacist = new Actor(gateway, $"pharmacist-{number}");
        foreach (var answer in own.Where(a => a.Accepted!.State == State.Intercepted))
        {
            await DecideAsync(service, client, pharmacist, answer, stop);
        }

        await following;
    }

    private async Task DecideAsync(
        PrescriptionService.PrescriptionServiceClient service,
        DemoClient client,
        Actor pharmacist,
        PushAnswer answer,
        CancellationToken stop
    )
    {
        var findings = answer.Accepted!.Audit.Findings;
        var prescription = answer.Pushed.Prescription;
        var mayPass = findings.All(f => f.Severity is Severity.Advise or Severity.DoubleSign);
        if (mayPass)
        {
            await service.AcknowledgeInterceptAsync(
                new AcknowledgeInterceptRequest
                {
                    Key = new PrescriptionKey { HisNumber = prescription.HisNumber, Revision = prescription.Revision },
                    PractitionerCode = prescription.Prescriber.PractitionerCode,
                    Reason = "辨证需要,已告知患者并签字确认",
                },
                await gateway.HeadersAsync(client.Id, client.Secret, stop),
                cancellationToken: stop
            );
        }

        await pharmacist.PostAsync(
            $"/api/prescriptions/{answer.Accepted.PrescriptionId}/decision",
            new { decision = mayPass ? "approve" : "reject", reason = mayPass ? "双签已核,同意调配" : "药名不明,请医师修改后重新开具" },
            stop
        );
    }

    private async Task WatchAsync(
        PrescriptionService.PrescriptionServiceClient service,
        DemoClient client,
        IReadOnlyList<PushAnswer> own,
        CancellationToken stop
    )
    {
        var mine = own.Select(o => o.Accepted!.PrescriptionId).ToHashSet();
        var token = "0";
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var headers = await gateway.HeadersAsync(client.Id, client.Secret, stop);
                using var call = service.Watch(new WatchRequest { ResumeToken = token }, headers, cancellationToken: stop);
                await foreach (var change in call.ResponseStream.ReadAllAsync(stop))
                {
                    token = change.ResumeToken;
                    if (mine.Contains(change.PrescriptionId) && (change.State > states[change.PrescriptionId] || HasEnded(change.State)))
                    {
                        states[change.PrescriptionId] = change.State;
                    }
                }
            }
            catch (RpcException) when (!stop.IsCancellationRequested)
            {
                // The stream is taken up again from the last token.
                await Task.Delay(200, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (RpcException)
            {
                return;
            }
        }
    }
}
