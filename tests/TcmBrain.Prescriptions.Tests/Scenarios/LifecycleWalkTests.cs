using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;

namespace TcmBrain.Prescriptions.Tests.Scenarios;

/// <summary>Walks every cell of the lifecycle's table (state × action) against the real service: what the table says is what happens.</summary>
public sealed class LifecycleWalkTests(ScenarioFixture fixture) : IClassFixture<ScenarioFixture>
{
    private static readonly State[] States = [.. Enum.GetValues<State>().Where(state => state != State.Unspecified)];

    private static readonly Dictionary<LifecycleAction, string> Deeds = new()
    {
        [LifecycleAction.PushAgain] = "hospital: pushes again",
        [LifecycleAction.PushOther] = "hospital: pushes other content",
        [LifecycleAction.Cancel] = "hospital: cancels",
        [LifecycleAction.Amend] = "hospital: amends with sound doses",
        [LifecycleAction.SignAgain] = "prescriber: signs",
        [LifecycleAction.Claim] = "pharmacist: claims",
        [LifecycleAction.Approve] = "pharmacist: approves",
        [LifecycleAction.Reject] = "pharmacist: rejects",
        [LifecycleAction.ReturnToPrescriber] = "pharmacist: returns it",
        [LifecycleAction.TakeBack] = "pharmacist: takes back for quality",
        [LifecycleAction.Route] = "pharmacy: routes",
        [LifecycleAction.Reserve] = "pharmacy: reserves",
        [LifecycleAction.RunShort] = "pharmacy: runs short",
        [LifecycleAction.BreakReservation] = "pharmacy: breaks the reservation",
        [LifecycleAction.WithdrawForCancel] = "pharmacy: tells: withdrawn for cancel",
        [LifecycleAction.WithdrawForAmend] = "pharmacy: tells: withdrawn for amend",
        [LifecycleAction.WithdrawForExpiry] = "pharmacy: tells: withdrawn for expiry",
        [LifecycleAction.StartDispensing] = "pharmacy: starts dispensing",
        [LifecycleAction.FinishDispensing] = "pharmacy: finishes dispensing",
        [LifecycleAction.Check] = "pharmacy: checks",
        [LifecycleAction.StartDecoction] = "decoction room: starts decoction",
        [LifecycleAction.CompleteStep] = "decoction room: completes a step",
        [LifecycleAction.CompletePacking] = "decoction room: packs",
        [LifecycleAction.CompleteDecoction] = "decoction room: completes decoction",
        [LifecycleAction.Scrap] = "decoction room: scraps",
        [LifecycleAction.Ship] = "courier: ships",
        [LifecycleAction.Arrive] = "courier: reaches the counter",
        [LifecycleAction.Miss] = "courier: meets nobody",
        [LifecycleAction.Deliver] = "courier: delivers",
        [LifecycleAction.GiveUp] = "courier: gives up",
        [LifecycleAction.TimeOut] = "clock: time is over",
    };

    public static TheoryData<LifecycleAction> Actions => [.. Enum.GetValues<LifecycleAction>()];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task In_every_state_the_service_does_what_the_table_says(LifecycleAction action)
    {
        await Task.WhenAll(
            States.Select(async state =>
            {
                var cell = LifecycleTable.Of(state, action);
                await WalkAsync(state, action, cell, pharmacyStops: true);
                if (cell.Kind == CellKind.AskPharmacy)
                {
                    await WalkAsync(state, action, cell, pharmacyStops: false);
                }
            })
        );
    }

    private async Task WalkAsync(State state, LifecycleAction action, Cell cell, bool pharmacyStops)
    {
        var where = $"{action} in {state}";
        var story = new Story(fixture);
        await story.DoAsync("hospital: pushes with an over-dose");
        if (action != LifecycleAction.SignAgain)
        {
            await story.DoAsync("prescriber: signs");
        }

        await story.DoAsync(pharmacyStops ? "pharmacy: will stop it" : "pharmacy: weighs already");
        await SetAsync(story.Id, state);
        var (history, told) = (await HistoryAsync(story.Id), (await story.EventsAsync()).First.Length);

        var answer = await story.DoAsync(Deeds[action]);

        if (cell.Kind == CellKind.AskPharmacy && action == LifecycleAction.TimeOut && pharmacyStops)
        {
            (await story.StateAsync()).ShouldBe(state.ToString(), where);
            await story.DoAsync(Deeds[LifecycleAction.WithdrawForExpiry]);
        }

        var now = (await story.StateAsync()).Split(' ')[0];
        if (cell.Changes && (pharmacyStops || cell.Kind == CellKind.Move))
        {
            now.ShouldBe(cell.To.ToString(), where);
            if (cell.To != state)
            {
                (await HistoryAsync(story.Id)).ShouldBeGreaterThan(history, where);
            }

            return;
        }

        now.ShouldBe(state.ToString(), where);
        switch (cell.Kind)
        {
            case CellKind.AskPharmacy when action == LifecycleAction.TimeOut:
                (await story.EventsAsync()).First[told..].ShouldBe(["WithdrawalRequested"], where);
                break;
            case CellKind.AskPharmacy:
                answer.ShouldBe("TooLate", where);
                break;
            case CellKind.Note:
                (await HistoryAsync(story.Id)).ShouldBe(history + 1, where);
                break;
            case CellKind.Refuse:
                answer.ShouldStartWith(cell.Answer, Case.Sensitive, where);
                (await HistoryAsync(story.Id)).ShouldBe(history, where);
                break;
            case CellKind.Answer:
                Same(answer).ShouldBe(Same(cell.Answer), where);
                (await HistoryAsync(story.Id)).ShouldBe(history, where);
                (await story.EventsAsync()).First.Length.ShouldBe(told, where);
                break;
        }
    }

    /// <summary>The table's words and the answers' are two ways of writing.</summary>
    private static string Same(string answer) =>
        answer switch
        {
            LifecycleTable.TooLate => "TooLate",
            LifecycleTable.AlreadyEnded => "AlreadyEnded",
            LifecycleTable.AlreadyCancelled => "AlreadyCancelled",
            LifecycleTable.AlreadyReturned => "returned",
            LifecycleTable.Known or LifecycleTable.AwaitsAmendment => "taken in",
            LifecycleTable.NothingDue => "looked at",
            _ => answer,
        };

    private async Task SetAsync(Guid id, State state)
    {
        await using var command = fixture.Database.CreateCommand(
            $"update prescriptions.prescriptions set state = {(short)state} where id = '{id}'"
        );
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    private Task<long> HistoryAsync(Guid id) => fixture.CountAsync("prescriptions.history", $"prescription_id = '{id}'");
}
