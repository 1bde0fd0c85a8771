using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Contracts.Rpc;
using TcmBrain.HisSimulator.His;
using TcmBrain.Prescriptions.Lifecycle;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <summary>One prescription and what is done to it, in words; each deed answers in a word.</summary>
internal sealed class Story(ScenarioFixture fixture)
{
    private const int Hospital = 1;
    private PushReply? reply;

    /// <summary>As the hospital wrote it last.</summary>
    public Prescription Written { get; private set; } = PrescriptionsFixture.Clean();

    /// <summary>The prescription that the story is about: the first revision; empty before it is pushed.</summary>
    public Guid Id { get; private set; }

    /// <summary>The revision that took its place.</summary>
    public Guid? NewId { get; private set; }

    /// <summary>One or more deeds, joined with semicolons; answers what the last one was answered.</summary>
    public async Task<string> DoAsync(string deeds)
    {
        var answer = "";
        foreach (var deed in deeds.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (actor, what) = deed.Split(": ", 2) is [var who, var does] ? (who, does) : throw new FormatException($"no deed: {deed}");
            try
            {
                answer = await DoAsync(actor, what);
            }
            catch (RpcException refusal)
            {
                answer = FaultOf(refusal);
            }
        }

        return answer;
    }

    private Task<string> DoAsync(string actor, string what) =>
        actor switch
        {
            "hospital" => HospitalAsync(what, Hospital),
            "other hospital" => HospitalAsync(what, 2),
            "prescriber" => SignAsync(Written.Prescriber.PractitionerCode),
            "other prescriber" => SignAsync("somebody-else"),
            "pharmacist" => PharmacistAsync(what, Hospital, "pharmacist"),
            "second pharmacist" => PharmacistAsync(what, Hospital, "second"),
            "foreign pharmacist" => PharmacistAsync(what, 2, "pharmacist"),
            "pharmacy" => PharmacyAsync(what),
            "decoction room" => TellAsync(Facts[what]),
            "courier" => TellAsync(Facts[what]),
            "clock" => TimeOutAsync(),
            _ => throw new FormatException($"nobody is called {actor}"),
        };

    private static readonly Dictionary<string, LifecycleAction> Facts = new()
    {
        ["routes"] = LifecycleAction.Route,
        ["reserves"] = LifecycleAction.Reserve,
        ["runs short"] = LifecycleAction.RunShort,
        ["breaks the reservation"] = LifecycleAction.BreakReservation,
        ["tells: withdrawn for cancel"] = LifecycleAction.WithdrawForCancel,
        ["tells: withdrawn for amend"] = LifecycleAction.WithdrawForAmend,
        ["tells: withdrawn for expiry"] = LifecycleAction.WithdrawForExpiry,
        ["starts dispensing"] = LifecycleAction.StartDispensing,
        ["finishes dispensing"] = LifecycleAction.FinishDispensing,
        ["checks"] = LifecycleAction.Check,
        ["starts decoction"] = LifecycleAction.StartDecoction,
        ["completes a step"] = LifecycleAction.CompleteStep,
        ["packs"] = LifecycleAction.CompletePacking,
        ["completes decoction"] = LifecycleAction.CompleteDecoction,
        ["scraps"] = LifecycleAction.Scrap,
        ["ships"] = LifecycleAction.Ship,
        ["reaches the counter"] = LifecycleAction.Arrive,
        ["meets nobody"] = LifecycleAction.Miss,
        ["delivers"] = LifecycleAction.Deliver,
        ["gives up"] = LifecycleAction.GiveUp,
    };

    private async Task<string> HospitalAsync(string what, int hospital)
    {
        var (verb, with) = what.Split(" with ", 2) is [var v, var w] ? (v, w) : (what, "");
        switch (verb)
        {
            case "pushes":
                Writing.Change(Written, with);
                return await PushAsync(hospital);
            case "pushes again":
                return await PushAsync(hospital) is var same && same == reply!.State.ToString() ? "same reply" : "another reply: " + same;
            case "pushes other content":
                var other = Written.Clone();
                other.Doses += 1;
                return (
                    await fixture.Client.PushAsync(new PushRequest { Prescription = other }, PrescriptionsFixture.As(hospital))
                ).State.ToString();
            case "audits":
                Writing.Change(Written, with);
                var audited = await fixture.Client.AuditAsync(
                    new AuditRequest { Prescription = Written.Clone() },
                    PrescriptionsFixture.As(hospital)
                );
                return audited.Audit.Severity.ToString();
            case "cancels":
                return await CancelAsync(hospital, 0);
            case "cancels revision 1":
                return await CancelAsync(hospital, 1);
            case "cancels revision 2":
                return await CancelAsync(hospital, 2);
            case "cancels without reason":
                return await CancelAsync(hospital, 0, "");
            case "amends":
                return await AmendAsync(hospital, Written.Revision + 1, with);
            case "amends again":
                return await AmendAsync(hospital, Written.Revision, with);
            case "amends to revision 1" or "amends to revision 3":
                return await AmendAsync(hospital, int.Parse(verb[^1..], CultureInfo.InvariantCulture), with);
            case "amends without reason":
                return await AmendAsync(hospital, Written.Revision + 1, with, "");
            case "gets":
                return (await fixture.Client.GetAsync(new GetRequest { Key = Key(0) }, PrescriptionsFixture.As(hospital))).State.ToString();
            case "lists":
                var list = await fixture.Client.ListAsync(
                    new ListRequest { HisNumber = Written.HisNumber },
                    PrescriptionsFixture.As(hospital)
                );
                return string.Join(" ", list.Items.Select(i => $"{i.Revision}:{i.State}"));
            default:
                throw new FormatException($"a hospital does not do: {what}");
        }
    }

    private async Task<string> PushAsync(int hospital)
    {
        var answer = await fixture.Client.PushAsync(new PushRequest { Prescription = Written.Clone() }, PrescriptionsFixture.As(hospital));
        if (reply is not null && hospital == Hospital)
        {
            return answer.Equals(reply) ? reply.State.ToString() : "another reply";
        }

        (reply, Id) = (answer, Guid.Parse(answer.PrescriptionId));
        return answer.State.ToString();
    }

    private async Task<string> CancelAsync(int hospital, int revision, string reason = "患者要求") =>
        (
            await fixture.Client.CancelAsync(new CancelRequest { Key = Key(revision), Reason = reason }, PrescriptionsFixture.As(hospital))
        ).Outcome.ToString();

    private async Task<string> AmendAsync(int hospital, int revision, string with, string reason = "剂量调整")
    {
        var next = Written.Clone();
        next.Revision = revision;
        Writing.Change(next, with);
        var answer = await fixture.Client.AmendAsync(
            new AmendRequest { Prescription = next.Clone(), Reason = reason },
            PrescriptionsFixture.As(hospital)
        );
        if (answer.Outcome == AmendOutcome.Amended)
        {
            (Written, NewId) = (next, Guid.Parse(answer.Accepted.PrescriptionId));
        }

        return answer.Outcome.ToString();
    }

    private async Task<string> SignAsync(string practitioner) =>
        (
            await fixture.Client.AcknowledgeInterceptAsync(
                new AcknowledgeInterceptRequest
                {
                    Key = Key(0),
                    PractitionerCode = practitioner,
                    Reason = "病情需要,已告知患者",
                },
                PrescriptionsFixture.As(Hospital)
            )
        ).State.ToString();

    private async Task<string> PharmacistAsync(string what, int hospital, string name)
    {
        using var client = fixture.Pharmacist(hospital, name);
        var (path, body) = what switch
        {
            "claims" => ("claim", (object)new { }),
            "releases" => ("release", new { }),
            "approves" => ("decision", new { decision = "approve", reason = "已核对" }),
            "rejects" => ("decision", new { decision = "reject", reason = "不宜" }),
            "rejects without reason" => ("decision", new { decision = "reject", reason = "" }),
            "returns it" => ("decision", new { decision = "return", reason = "请说明超量理由" }),
            "returns it without reason" => ("decision", new { decision = "return", reason = " " }),
            "decides nonsense" => ("decision", new { decision = "perhaps", reason = "" }),
            _ when what.StartsWith("takes back for ", StringComparison.Ordinal) => (
                "return",
                new { cause = what["takes back for ".Length..], reason = "患者退回" }
            ),
            "takes back without reason" => ("return", new { cause = "quality", reason = "" }),
            _ => throw new FormatException($"a pharmacist does not do: {what}"),
        };
        using var answer = await client.PostAsJsonAsync($"/api/prescriptions/{NewId ?? Id}/{path}", body);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode)
        {
            return path == "claim" ? "claimed"
                : path == "release" ? "released"
                : JsonDocument.Parse(text).RootElement.GetProperty("state").GetString()!;
        }

        var fault = JsonDocument.Parse(text).RootElement.GetProperty("faults")[0];
        return $"{fault.GetProperty("code").GetString()} {fault.GetProperty("field").GetString()}".Trim();
    }

    private Task<string> PharmacyAsync(string what)
    {
        switch (what)
        {
            case "will stop it":
                fixture.Pharmacy.Will(Id, WithdrawOutcome.Withdrawn);
                return Task.FromResult("");
            case "weighs already":
                fixture.Pharmacy.Will(Id, WithdrawOutcome.TooLate);
                return Task.FromResult("");
            case "is away":
                fixture.Pharmacy.Will(Id, null);
                return Task.FromResult("");
            default:
                return TellAsync(Facts[what]);
        }
    }

    private async Task<string> TellAsync(LifecycleAction fact)
    {
        await FactDeeds.TellAsync(fixture, Id, fact);
        return "taken in";
    }

    /// <summary>Its time is over, and the worker looks.</summary>
    private async Task<string> TimeOutAsync()
    {
        await fixture.Clock.WaitAsync();
        try
        {
            await using var command = fixture.Database.CreateCommand(
                $"update prescriptions.prescriptions set due_at = '2020-01-01Z', valid_until = least(valid_until, now()) where id = '{Id}'"
            );
            await command.ExecuteNonQueryAsync();
            var due = await fixture.Service.Services.GetRequiredService<DueWorker>().RunAsync(CancellationToken.None);
            return due == 1 ? "looked at" : "not seen";
        }
        finally
        {
            fixture.Clock.Release();
        }
    }

    private PrescriptionKey Key(int revision) => new() { HisNumber = Written.HisNumber, Revision = revision };

    /// <summary>The state of the first revision, and after an arrow that of the one which took its place.</summary>
    public async Task<string> StateAsync()
    {
        if (Id == Guid.Empty)
        {
            return "nothing stored";
        }

        var state = await StateOfAsync(Id);
        return NewId is { } newer ? $"{state} → {await StateOfAsync(newer)}" : state;
    }

    private async Task<string> StateOfAsync(Guid id)
    {
        await using var command = fixture.Database.CreateCommand($"select state from prescriptions.prescriptions where id = '{id}'");
        return ((State)(short)(await command.ExecuteScalarAsync())!).ToString();
    }

    /// <summary>What has been told of it so far, in order; the new revision's after a stroke.</summary>
    public async Task<(string[] First, string[] Newer)> EventsAsync() =>
        (await EventsOfAsync(Id), NewId is { } newer ? await EventsOfAsync(newer) : []);

    private async Task<string[]> EventsOfAsync(Guid id)
    {
        await using var command = fixture.Database.CreateCommand(
            $"select type from exchange.outbox where aggregate_id = '{id}' order by version"
        );
        await using var reader = await command.ExecuteReaderAsync();
        var types = new List<string>();
        while (await reader.ReadAsync())
        {
            types.Add(reader.GetString(0).Replace("Prescription", "", StringComparison.Ordinal));
        }

        return [.. types];
    }

    private static string FaultOf(RpcException refusal)
    {
        var details = refusal.Trailers.GetValueBytes("grpc-status-details-bin");
        var code = refusal.Trailers.GetValue("tcm-code") ?? refusal.StatusCode.ToString();
        if (details is null)
        {
            return code;
        }

        foreach (var detail in Contracts.Rpc.Status.Parser.ParseFrom(details).Details)
        {
            if (detail.TryUnpack<BadRequest>(out var bad) && bad.FieldViolations.Count > 0)
            {
                return string.Join(", ", bad.FieldViolations.Select(v => $"{v.Reason} {v.Field}".Trim()));
            }
        }

        return code;
    }
}
