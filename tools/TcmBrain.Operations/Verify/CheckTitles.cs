namespace TcmBrain.Operations.Verify;

/// <summary>What a check says, for people.</summary>
internal static class CheckTitles
{
    public static string Of(string name) =>
        name switch
        {
            "acknowledged.stored" => "已确认的处方都在库 acknowledged = stored",
            "outbox.pending" => "发件箱已清空 outboxes are drained",
            "outbox.dead" => "没有无法发出的事件 no event that cannot be told",
            "queues.declared" => "队列齐全 every queue is there",
            "queues.waiting" => "队列已清空 queues are drained",
            "queues.errors" => "错误队列为空 error queues are empty",
            "lifecycle.consistent" => "处方状态与药房、煎药室一致 lifecycle follows pharmacy and decoction",
            "parcels.one-for-each" => "每份成药一个包裹 one parcel for each",
            "parcels.every-bag-in-one" => "每袋都在包裹中 every bag in one parcel",
            "parcels.ended-or-owned" => "包裹有结局或持有方 parcels ended or owned",
            "parcels.follow-their-job" => "包裹与煎药任务一致 parcels follow their jobs",
            "parcels.early-reports-settled" => "早到的状态已生效 early reports are settled",
            "parcels.counted-before-leaving" => "出库前已核对分装 counted before leaving",
            "trace.log" => "追溯日志自查无误 trace log is sound",
            "trace.signed" => "追溯日志已签名 trace log is signed",
            "pharmacy.milligrams-received" => "入库克重账实相符 received = held (mg)",
            "pharmacy.movements-sum-to-zero" => "每笔借贷平衡 every movement sums to zero",
            "pharmacy.balances-equal-entries" => "余额等于分录 balances = entries",
            "pharmacy.received-is-somewhere" =>
                "每批: 入库 = 在库+预留+调剂+损耗+退回 received = on hand + reserved + dispensed + lost + returned",
            "pharmacy.nothing-below-zero" => "无负余额 nothing below zero",
            "pharmacy.reserved-for-prescriptions" => "预留都有处方 what is reserved is held by prescriptions",
            "pharmacy.reserved-whole" => "预留整方 prescriptions hold all they need",
            "pharmacy.dispensed-for-lines" => "调剂克重等于称重 what was booked = what was weighed, by line",
            "pharmacy.dispensed-grams-have-a-line" => "每克调剂归属一味 every dispensed gram has its line",
            "pharmacy.only-good-lots-available" => "可用的都是合格批次 only good lots are available",
            "pharmacy.transfers-arrive-whole" => "调出等于调入 what one centre sent out another took in",
            "pharmacy.none-undecided" => "没有悬而未决的处方 no prescription is undecided",
            "decoction.bag-from-one-run" => "每袋出自一锅一次 each bag from one vessel run",
            "decoction.one-run-one-prescription" => "一锅一方 one run, one prescription",
            "decoction.job-ended-or-owned" => "煎药任务皆有着落 every job ended or owned",
            "decoction.record-released-or-waiting" => "批记录放行或待处置 records released or waiting for somebody",
            "decoction.nothing-left-unreleased" => "未放行不出门 nothing left unreleased",
            "decoction.records-unaltered" => "批记录未被改动 batch records unaltered",
            "reviews.every-sample-has-a-review" => "抽中的都有点评任务 every sample has its review",
            "reviews.nobody-late-in-silence" => "逾期都已标明 nothing is late in silence",
            "reviews.open-ones-have-an-owner" => "未办结的都有人负责 open reviews have an owner",
            "reviews.conclusions-rest-on-a-verdict" => "结论都有依据的点评 conclusions rest on a verdict",
            "reviews.nobody-judged-their-own" => "无人点评本机构或复评自己 nobody judged their own",
            "reviews.draws-come-out-again" => "抽样可按种子重做 draws come out again from their seeds",
            _ when name.StartsWith("delivered.", StringComparison.Ordinal) => $"事件送达 told = delivered: {name["delivered.".Length..]}",
            _ when name.StartsWith("pharmacy.", StringComparison.Ordinal) => $"药房台账 ledger: {name["pharmacy.".Length..]}",
            "indicators.terms = recomputation" => "指标复算一致 every term of every indicator, computed twice",
            _ when name.StartsWith("indicators.register ", StringComparison.Ordinal) =>
                $"指标台账与登记一致 register = cockpit: {name["indicators.register ".Length..]}",
            _ when name.StartsWith("cockpit ", StringComparison.Ordinal) => $"驾驶舱 {name}",
            _ => name,
        };
}
