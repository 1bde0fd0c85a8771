using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy;

/// <summary>06 suppliers, orders, deliveries and acceptance; 07 positions, stocktakes, transfers, losses and returns.</summary>
public static partial class PharmacyFaults
{
    public static readonly FaultDefinition SupplierUnknown = new(
        "PHA-0601",
        422,
        "“{0}”不是机构登记册中的供应商(饮片生产企业)",
        "{0} is not a supplier: the register has no such manufacturer"
    );

    /// <summary>《药品管理法》 (2019) 第五十五条: bought only from holders of a licence.</summary>
    public static readonly FaultDefinition SupplierLicenceExpired = new(
        "PHA-0602",
        422,
        "供应商“{0}”的许可证已于 {1} 到期,不得采购、验收",
        "the licence of supplier {0} ended on {1}: nothing is ordered of it or accepted from it"
    );
    public static readonly FaultDefinition SupplierLicenceMissing = new(
        "PHA-0603",
        422,
        "供应商“{0}”没有登记许可证及有效期",
        "the register has no licence with its day of expiry for supplier {0}"
    );
    public static readonly FaultDefinition SupplierSuspended = new("PHA-0604", 422, "供应商“{0}”已停用", "supplier {0} is suspended");
    public static readonly FaultDefinition OrderNotFound = new("PHA-0605", 404, "未找到该采购单", "no such purchase order");
    public static readonly FaultDefinition OrderState = new(
        "PHA-0606",
        409,
        "采购单状态为 {0},不能进行此操作",
        "the order is {0}: this cannot be done now"
    );
    public static readonly FaultDefinition LineCount = new("PHA-0607", 422, "须有 1 至 {0} 行", "1 to {0} lines are required");
    public static readonly FaultDefinition PriceOutOfRange = new(
        "PHA-0608",
        422,
        "单价须在 0 至 {0} 分/公斤之间",
        "the price must be between 0 and {0} fen a kilogram"
    );
    public static readonly FaultDefinition OrderChanged = new(
        "PHA-0609",
        412,
        "采购单已被他人修改,现为第 {0} 版",
        "somebody else has changed the order: it is at version {0}"
    );
    public static readonly FaultDefinition DeliveryNotFound = new("PHA-0610", 404, "未找到该送货单", "no such delivery note");
    public static readonly FaultDefinition UsedDifferently = new(
        "PHA-0611",
        409,
        "该编号已登记,但内容不同",
        "this was recorded before, with other content"
    );
    public static readonly FaultDefinition LineDecided = new("PHA-0612", 409, "第 {0} 行已{1}", "line {0} was {2} before");
    public static readonly FaultDefinition FindingMissing = new("PHA-0613", 422, "验收项目“{0}”未检查", "{1} has not been looked at");
    public static readonly FaultDefinition FindingNote = new(
        "PHA-0614",
        422,
        "“{0}”不合格,须写明情况",
        "{1} does not pass: say what is wrong"
    );
    public static readonly FaultDefinition OrderLineMismatch = new(
        "PHA-0615",
        422,
        "与采购单第 {0} 行不符:订购的是{1}",
        "line {0} of the order is for {1}"
    );
    public static readonly FaultDefinition TestReportMissing = new(
        "PHA-0616",
        422,
        "缺少检验报告编号,不得验收",
        "without the number of a test report nothing is accepted"
    );
    public static readonly FaultDefinition DeliveryLineUnknown = new(
        "PHA-0617",
        404,
        "送货单没有第 {0} 行",
        "the delivery note has no line {0}"
    );
    public static readonly FaultDefinition OrderOfOther = new(
        "PHA-0618",
        422,
        "采购单不是向该供应商下达的,或尚未下达",
        "the order was not sent to this supplier"
    );
    public static readonly FaultDefinition PositionNotFound = new("PHA-0701", 404, "未找到货位 {0}", "there is no position {0}");
    public static readonly FaultDefinition PositionForOther = new("PHA-0702", 422, "货位 {0} 专放{1}", "position {0} is for {1} alone");
    public static readonly FaultDefinition PositionNotLocked = new(
        "PHA-0703",
        422,
        "毒性、麻醉饮片须放入专柜(locked)",
        "toxic and narcotic pieces lie in a locked cabinet"
    );
    public static readonly FaultDefinition ConditionsOutOfRange = new(
        "PHA-0704",
        422,
        "须在 {0} 至 {1} 之间",
        "must be between {0} and {1}"
    );
    public static readonly FaultDefinition PositionInUse = new("PHA-0705", 409, "货位 {0} 仍有批次存放", "lots still lie at position {0}");
    public static readonly FaultDefinition PositionCode = new(
        "PHA-0706",
        422,
        "货位编号为 1–20 位字母、数字或短横",
        "a position is named by 1 to 20 letters, digits or hyphens"
    );
    public static readonly FaultDefinition UnknownWord = new("PHA-0707", 422, "“{0}”不在允许的取值中:{1}", "{0} is none of {1}");
    public static readonly FaultDefinition PositionRetired = new("PHA-0708", 422, "货位 {0} 已停用", "position {0} is out of use");
    public static readonly FaultDefinition StocktakeNotFound = new("PHA-0711", 404, "未找到该盘点", "no such stocktake");
    public static readonly FaultDefinition StocktakeOverlap = new(
        "PHA-0712",
        409,
        "批号 {0} 正在另一次盘点({1})中",
        "lot {0} is being counted in another stocktake, {1}"
    );
    public static readonly FaultDefinition StocktakeState = new(
        "PHA-0713",
        409,
        "盘点状态为 {0},不能进行此操作",
        "the stocktake is {0}: this cannot be done now"
    );
    public static readonly FaultDefinition NotCounted = new("PHA-0714", 409, "尚有 {0} 个批次未盘", "{0} lots have not been counted");
    public static readonly FaultDefinition SignerIsCounter = new(
        "PHA-0715",
        409,
        "盘点差异须由未参与清点的第二人签字",
        "the differences are signed by a second person, who has counted nothing"
    );
    public static readonly FaultDefinition ShortBeyondFree = new(
        "PHA-0716",
        409,
        "批号 {0} 短少 {1} 毫克,其中正在调剂的无法扣除;待调剂完成后重盘",
        "lot {0} is short of {1} mg, part of which is being dispensed: finish that and count again"
    );
    public static readonly FaultDefinition NotInStocktake = new(
        "PHA-0717",
        422,
        "该批次不在本次盘点范围内",
        "this lot is not in the stocktake"
    );
    public static readonly FaultDefinition StocktakeEmpty = new(
        "PHA-0718",
        422,
        "所选范围内没有在库批次",
        "nothing lies there that could be counted"
    );
    public static readonly FaultDefinition TransferNotFound = new("PHA-0721", 404, "未找到该调拨单", "no such transfer");
    public static readonly FaultDefinition TransferState = new(
        "PHA-0722",
        409,
        "调拨单状态为 {0},不能进行此操作",
        "the transfer is {0}: this cannot be done now"
    );
    public static readonly FaultDefinition TransferDestination = new(
        "PHA-0723",
        422,
        "“{0}”不是可调入的在用共享中药房",
        "{0} is not another shared pharmacy in operation"
    );
    public static readonly FaultDefinition LotNotFree = new(
        "PHA-0724",
        409,
        "批号 {0} 可用余量不足:需 {1} 毫克,仅余 {2} 毫克",
        "lot {0} has not enough that is free: {1} mg wanted, {2} mg there"
    );
    public static readonly FaultDefinition DifferenceWithoutReason = new(
        "PHA-0725",
        422,
        "实收少于发出,须写明原因",
        "less arrived than was sent: say why"
    );
    public static readonly FaultDefinition ReceivedBeyondSent = new(
        "PHA-0726",
        422,
        "实收须在 0 与发出的 {0} 毫克之间",
        "between 0 and the {0} mg sent"
    );
    public static readonly FaultDefinition TransferLineUnknown = new(
        "PHA-0727",
        422,
        "调拨单没有该批次,或有批次未填实收",
        "the lots received must be those sent"
    );
    public static readonly FaultDefinition WriteOffNotFound = new("PHA-0731", 404, "未找到该单据", "no such document");
    public static readonly FaultDefinition WriteOffState = new(
        "PHA-0732",
        409,
        "单据状态为 {0},不能进行此操作",
        "the document is {0}: this cannot be done now"
    );
    public static readonly FaultDefinition SignerIsAsker = new(
        "PHA-0733",
        409,
        "须由经办人以外的第二人签字",
        "a second person has to sign, not the one who asked"
    );
    public static readonly FaultDefinition NotHandedOut = new(
        "PHA-0734",
        409,
        "处方第 {1} 味未发出这么多:尚可退 {0} 毫克",
        "no more than {0} mg of line {1} are still handed out"
    );
}
