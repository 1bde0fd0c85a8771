using System.Text;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;

namespace TcmBrain.Architecture.Tests.Documents;

/// <summary>The lifecycle's table, every cell of it asked of the code.</summary>
internal static class LifecycleDocument
{
    private static readonly State[] States = [.. Enum.GetValues<State>().Where(state => state != State.Unspecified)];

    private static readonly Dictionary<State, (string Chinese, string ReachedBy)> Meanings = new()
    {
        [State.Received] = ("已接收", "reserved: today a push is audited before it is stored, so nothing rests here"),
        [State.Audited] = ("已审方", "reserved, as above"),
        [State.Intercepted] = ("已拦截", "push: the audit asks for a second signature (双签字) or a choice of name"),
        [State.Approved] = (
            "已通过",
            "push: nothing found that stops it; or a pharmacist's decision. Short stock keeps it here with the reason"
        ),
        [State.Routed] = ("已分派", "`PrescriptionRouted`"),
        [State.Reserved] = ("已预留", "`StockReserved`"),
        [State.Dispensing] = ("调剂中", "`DispensingStarted`, `PrescriptionDispensed`"),
        [State.Checked] = ("已复核", "`PrescriptionChecked`"),
        [State.Soaking] = ("浸泡中", "`DecoctionStarted`"),
        [State.Decocting] = ("煎煮中", "`StepCompleted` (all but packing)"),
        [State.Packed] = ("已包装", "`StepCompleted` (packing), `DecoctionCompleted`"),
        [State.Shipped] = ("已发货", "`ParcelShipped`"),
        [State.Delivered] = ("已签收", "`ParcelDelivered`; passed through at once"),
        [State.Completed] = ("已完成", "in the same transaction as Delivered"),
        [State.Rejected] = ("已拒绝", "push: the audit blocks it; or a pharmacist's decision"),
        [State.Cancelled] = ("已撤销", "the hospital's `Cancel`; `PrescriptionWithdrawn` closes one that was cut short"),
        [State.Returned] = (
            "已退药",
            "a pharmacist takes finished medicine back; or nobody fetched it, or it could not be delivered, in time"
        ),
        [State.Expired] = ("已失效", "its validity ended before dispensing began, or nobody decided in time"),
        [State.Superseded] = ("已被替代", "the hospital's `Amend`: a newer revision stands in its place"),
    };

    private static readonly Dictionary<LifecycleAction, string> Ways = new()
    {
        [LifecycleAction.PushAgain] = "`Push` of the same content under the same key",
        [LifecycleAction.PushOther] = "`Push` of other content under the same key",
        [LifecycleAction.Cancel] = "`Cancel`",
        [LifecycleAction.Amend] = "`Amend` with the next revision: what becomes of the former one",
        [LifecycleAction.SignAgain] =
            "`AcknowledgeIntercept` by the prescriber who wrote it; the first reason stands until a pharmacist returns it",
        [LifecycleAction.Claim] = "`POST …/claim`; refused with PRX-0214 while another pharmacist has it",
        [LifecycleAction.Approve] =
            "`POST …/decision` approve; refused with PRX-0204 without the second signature, PRX-0205 while a name is open, PRX-0217 while a return "
            + "is not answered",
        [LifecycleAction.Reject] = "`POST …/decision` reject, with a reason",
        [LifecycleAction.ReturnToPrescriber] = "`POST …/decision` return, with a reason: the prescriber signs again, amends or cancels",
        [LifecycleAction.TakeBack] = "`POST …/return` with cause and reason; after delivery for quality only",
        [LifecycleAction.Route] = "`PrescriptionRouted`",
        [LifecycleAction.Reserve] = "`StockReserved`",
        [LifecycleAction.RunShort] = "`StockShort`",
        [LifecycleAction.BreakReservation] = "`ReservationBroken`: a lot is no longer good or the centre closed; it is routed anew",
        [LifecycleAction.WithdrawForCancel] = "`PrescriptionWithdrawn` (cancel)",
        [LifecycleAction.WithdrawForAmend] = "`PrescriptionWithdrawn` (amend): the amendment is finished by its own call, or times out",
        [LifecycleAction.WithdrawForExpiry] = "`PrescriptionWithdrawn` (expiry), the answer to `WithdrawalRequested`",
        [LifecycleAction.StartDispensing] = "`DispensingStarted`",
        [LifecycleAction.FinishDispensing] = "`PrescriptionDispensed`",
        [LifecycleAction.Check] = "`PrescriptionChecked`",
        [LifecycleAction.StartDecoction] = "`DecoctionStarted`",
        [LifecycleAction.CompleteStep] = "`StepCompleted`, all but packing",
        [LifecycleAction.CompletePacking] = "`StepCompleted`, packing",
        [LifecycleAction.CompleteDecoction] = "`DecoctionCompleted`",
        [LifecycleAction.Scrap] = "`DecoctionScrapped`: nobody may take it; the hospital prescribes anew",
        [LifecycleAction.Ship] = "`ParcelShipped`",
        [LifecycleAction.Arrive] = "`ParcelArrived`: at the counter of a pick-up",
        [LifecycleAction.Miss] =
            "`ParcelUndelivered`: an attempt failed, or it is back at the centre, which sends it out again or gives up",
        [LifecycleAction.Deliver] = "`ParcelDelivered`",
        [LifecycleAction.GiveUp] = "`ParcelReturned`: refused, undeliverable, not collected, damaged or lost",
        [LifecycleAction.TimeOut] = "the state's time is over: see below",
    };

    public static string Render()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # The life of a prescription (处方生命周期)

            Generated from `services/Prescriptions/Lifecycle/LifecycleTable.cs` by a test; do not edit. Another test walks every cell of these tables
            against the running service.

            One service, prescriptions, keeps the state; the others tell what happened, and it follows. The normal path goes forward only, by any
            number of steps, because facts from other services come in any order. A fact that arrives late stands in the history and takes nothing
            back. Six states are ends; of them only Completed can still become Returned, when medicine comes back for its quality.

            ## States

            | state | 中文 | reached by | end |
            |---|---|---|:-:|

            """
        );
        foreach (var state in States)
        {
            var (chinese, reachedBy) = Meanings[state];
            text.Append($"| {state} | {chinese} | {reachedBy} | {(LifecycleTable.IsEnded(state) ? "●" : "")} |\n");
        }

        text.Append(
            """

            ## Who may do what in which state, and what comes of it

            A state's name: it becomes that. *ask → state*: the pharmacy is asked, for it alone knows whether somebody weighs already; it becomes that
            when the pharmacy stops it, and TOO_LATE is the answer when it does not. *noted*: an entry in the history. CAPITALS: the answer, which
            is no error. A code: refused with it. Being late is an answer, never an error; asking twice changes nothing.

            """
        );
        foreach (var group in Enum.GetValues<LifecycleAction>().GroupBy(LifecycleTable.ActorOf))
        {
            var actions = group.ToArray();
            text.Append($"\n### {group.Key}\n\n");
            foreach (var action in actions)
            {
                text.Append($"- **{action}**: {Ways[action]}\n");
            }

            text.Append("\n| state |").Append(string.Concat(actions.Select(action => $" {action} |"))).Append('\n');
            text.Append("|---|").Append(string.Concat(actions.Select(_ => "---|"))).Append('\n');
            foreach (var state in States)
            {
                text.Append($"| {state} |")
                    .Append(string.Concat(actions.Select(a => $" {Say(LifecycleTable.Of(state, a))} |")))
                    .Append('\n');
            }
        }

        text.Append(
            """

            ## Time-outs

            | state | runs out | what follows |
            |---|---|---|
            | Intercepted | 24 hours after reception (`Lifecycle:DecisionHours`), at the end of validity at the latest | Expired |
            | Approved, Routed, Reserved | at the end of validity (`valid_until`, at most three days from issue) | the pharmacy is asked by `WithdrawalRequested`; Expired when it stops |
            | Packed | at the end of the pick-up window, else after 7 days (`Lifecycle:CollectionDays`); never before a day has passed | Returned |
            | Shipped | at the end of the pick-up window, else after 14 days (`Lifecycle:DeliveryDays`); never before a day has passed | Returned |

            The time stands in the prescription's row, so a restart forgets nothing; any number of replicas look for what is due and each takes
            rows that no other has in hand. Once somebody weighs, validity no longer matters.

            """
        );
        return text.ToString();
    }

    private static string Say(Cell cell) =>
        cell.Kind switch
        {
            CellKind.Move => cell.To.ToString(),
            CellKind.AskPharmacy => $"ask → {cell.To}",
            CellKind.Note => "noted",
            _ => cell.Answer,
        };
}
