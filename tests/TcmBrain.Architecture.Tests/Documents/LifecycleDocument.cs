using System.Text;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;

namespace TcmBrain.Architecture.Tests.Documents;

/// <summary>The lifecycle's rules, every cell of them asked of the code.</summary>
internal static class LifecycleDocument
{
    private static readonly State[] States = [.. Enum.GetValues<State>().Where(state => state != State.Unspecified)];

    private static readonly Dictionary<State, string> Chinese = new()
    {
        [State.Received] = "已接收",
        [State.Audited] = "已审方",
        [State.Intercepted] = "已拦截",
        [State.Approved] = "已通过",
        [State.Routed] = "已分派",
        [State.Reserved] = "已预留",
        [State.Dispensing] = "调剂中",
        [State.Checked] = "已复核",
        [State.Soaking] = "浸泡中",
        [State.Decocting] = "煎煮中",
        [State.Packed] = "已包装",
        [State.Shipped] = "已发货",
        [State.Delivered] = "已签收",
        [State.Completed] = "已完成",
        [State.Rejected] = "已拒绝",
        [State.Cancelled] = "已撤销",
        [State.Returned] = "已退回",
        [State.Expired] = "已失效",
        [State.Superseded] = "已被替代",
    };

    private static readonly Dictionary<State, string> ReachedBy = new()
    {
        [State.Received] = "reserved: today a push is audited before it is stored, so nothing rests here",
        [State.Audited] = "reserved, as above",
        [State.Intercepted] = "push: the audit asks for a second signature (双签字) or a choice of name",
        [State.Approved] = "push: nothing found that stops it; or a pharmacist's decision. Short stock keeps it here with the reason",
        [State.Routed] = "`PrescriptionRouted`",
        [State.Reserved] = "`StockReserved`",
        [State.Dispensing] = "`DispensingStarted`, `PrescriptionDispensed`",
        [State.Checked] = "`PrescriptionChecked`",
        [State.Soaking] = "`DecoctionStarted`",
        [State.Decocting] = "`StepCompleted` (all but packing)",
        [State.Packed] = "`StepCompleted` (packing), `DecoctionCompleted`",
        [State.Shipped] = "`ParcelShipped`",
        [State.Delivered] = "`ParcelDelivered`",
        [State.Completed] = "at once after Delivered, in the same transaction",
        [State.Rejected] = "push: the audit blocks it; or a pharmacist's decision",
        [State.Cancelled] = "the hospital's `Cancel`; or `PrescriptionWithdrawn`, which closes one that was cut short",
        [State.Returned] = "in the contract; nothing leads here yet",
        [State.Expired] = "in the contract; nothing leads here yet",
        [State.Superseded] = "the hospital's `Amend`: a newer revision stands in its place",
    };

    public static string Render()
    {
        var text = new StringBuilder();
        text.Append("# The life of a prescription (处方生命周期)\n\n");
        text.Append("Generated from `services/Prescriptions/Lifecycle/LifecycleTable.cs` by a test; do not edit.\n\n");
        text.Append(
            "One service, prescriptions, keeps the state; the others tell what happened, and it follows. The normal path goes forward only, by any\n"
        );
        text.Append(
            "number of steps, because facts from other services come in any order. A fact that arrives late stands in the history and takes nothing\n"
        );
        text.Append("back. Six states are ends: nothing leads out of them.\n\n");

        text.Append("## States\n\n| state | 中文 | reached by | end |\n|---|---|---|:-:|\n");
        foreach (var state in States)
        {
            text.Append($"| {state} | {Chinese[state]} | {ReachedBy[state]} | {Mark(LifecycleTable.IsEnded(state))} |\n");
        }

        text.Append("\n## What each may do in each state\n\n");
        text.Append(
            "- **Cancel**, by the hospital (`Cancel`). *decided here*: this service cancels it. *pharmacy is asked*: the pharmacy decides in its own\n"
        );
        text.Append(
            "  transaction, for it alone knows whether somebody weighs already, so the answer is cancelled or too late; if it can't be reached, the call\n"
        );
        text.Append(
            "  fails with a code and may be repeated. Being late is an answer (`CancelOutcome`), never an error; asking twice changes nothing.\n"
        );
        text.Append(
            "- **Sign again**, by the same prescriber through the hospital (`AcknowledgeIntercept`): idempotent, the first reason stands.\n"
        );
        text.Append(
            "- **Decide**, by a pharmacist of the prescribing institution (`POST /api/prescriptions/{id}/decision`): approve or reject. Approving needs the second\n"
        );
        text.Append("  signature where the audit asked for it, and is refused while a name is open; rejecting needs a reason.\n");
        text.Append(
            "- **Push** of the same content under the same number is answered in every state as it was the first time; of other content it is refused (PRX-0201).\n\n"
        );
        text.Append("| state | cancel | sign again | decide |\n|---|---|:-:|:-:|\n");
        foreach (var state in States)
        {
            var waits = Mark(state == State.Intercepted);
            text.Append($"| {state} | {CancelAnswer(state)} | {waits} | {waits} |\n");
        }

        text.Append("\n## What may follow what\n\n");
        text.Append("Row: where it stands. Column: where a fact leads. ● the state changes, blank it is only noted.\n\n");
        text.Append("| |").Append(string.Concat(States.Select(next => $" {next} |"))).Append('\n');
        text.Append("|---|").Append(string.Concat(Enumerable.Repeat(":-:|", States.Length))).Append('\n');
        foreach (var current in States)
        {
            text.Append($"| {current} |")
                .Append(string.Concat(States.Select(next => $" {Mark(LifecycleTable.Advances(current, next))} |")))
                .Append('\n');
        }

        return text.ToString().Replace("  |", " |", StringComparison.Ordinal);
    }

    private static string Mark(bool holds) => holds ? "●" : "";

    /// <summary>In the order in which Cancellation asks.</summary>
    private static string CancelAnswer(State state) =>
        LifecycleTable.IsOursAlone(state) ? "decided here: cancelled"
        : state == State.Cancelled ? "already cancelled"
        : LifecycleTable.IsEnded(state) && state != State.Completed ? "already ended"
        : LifecycleTable.MayStillBeCancelled(state) ? "pharmacy is asked"
        : "too late";
}
