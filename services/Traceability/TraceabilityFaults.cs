using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Traceability;

/// <summary>Error catalogue of traceability (TRC-). 01: a captured event breaks a rule of EPCIS 2.0 or of the trace profile; 02: conflicts; 03: reading; 04 and 05: the EPCIS 2.0 interface; 06: trace and items; 07: recalls.</summary>
public static partial class TraceabilityFaults
{
    public static readonly FaultDefinition NotADocument = new(
        "TRC-0101",
        400,
        "不是 EPCIS 2.0 文档或事件",
        "this is neither an EPCIS 2.0 document nor an event"
    );
    public static readonly FaultDefinition TooManyEvents = new(
        "TRC-0103",
        413,
        "文档中事件多于 {0} 条",
        "the document has more than {0} events",
        ProblemType: EpcisProblem.CaptureLimit
    );
    public static readonly FaultDefinition UnknownType = new(
        "TRC-0104",
        400,
        "事件类型不是 EPCIS 2.0 的五种之一",
        "the type is none of the five of EPCIS 2.0"
    );
    public static readonly FaultDefinition Missing = new("TRC-0105", 400, "缺少必填字段", "a required field is missing");
    public static readonly FaultDefinition WrongShape = new(
        "TRC-0106",
        400,
        "字段的类型不正确: 应为{0}",
        "the field is not of its type: {1} is expected"
    );
    public static readonly FaultDefinition BadTime = new(
        "TRC-0107",
        400,
        "不是带时区偏移的日期时间",
        "this is not a date and time with an offset"
    );
    public static readonly FaultDefinition Future = new(
        "TRC-0108",
        400,
        "事件时间晚于当前时间两分钟以上",
        "the event's time is more than two minutes ahead"
    );
    public static readonly FaultDefinition BadOffset = new(
        "TRC-0109",
        400,
        "时区偏移不是 ±hh:mm 的形式",
        "the time zone offset is not of the form ±hh:mm"
    );
    public static readonly FaultDefinition BadAction = new(
        "TRC-0110",
        400,
        "action 只能是 ADD、OBSERVE、DELETE, 且转化事件不得有 action",
        "action is ADD, OBSERVE or DELETE, and a transformation has none"
    );
    public static readonly FaultDefinition NotAUri = new("TRC-0111", 400, "不是 URI", "this is not a URI");
    public static readonly FaultDefinition NoObjects = new(
        "TRC-0112",
        400,
        "事件没有说明涉及的物品",
        "the event does not say what it is about"
    );
    public static readonly FaultDefinition BadQuantity = new(
        "TRC-0113",
        400,
        "数量应为不小于零且不多于六位小数的数",
        "a quantity is a number, zero or more, of at most six decimals"
    );
    public static readonly FaultDefinition BadUnit = new(
        "TRC-0114",
        400,
        "计量单位应为 KGM、GRM、LTR、MLT 或 H87",
        "the unit is one of KGM, GRM, LTR, MLT and H87"
    );
    public static readonly FaultDefinition UndeclaredPrefix = new(
        "TRC-0115",
        400,
        "字段既不是标准字段, 其前缀也未在 @context 中声明",
        "the field is neither of the standard nor of a prefix that @context declares"
    );
    public static readonly FaultDefinition MisplacedIlmd = new(
        "TRC-0116",
        400,
        "只有 ADD 与转化事件可以带 ilmd",
        "only ADD and transformations have ilmd"
    );
    public static readonly FaultDefinition WrongEventId = new(
        "TRC-0117",
        400,
        "eventID 与事件散列不一致; 请省略或使用 {0}",
        "eventID is not the event's hash; leave it out or use {0}"
    );
    public static readonly FaultDefinition NullValue = new("TRC-0118", 400, "不允许空值 null", "null is not allowed");

    public static readonly FaultDefinition UnknownWord = new(
        "TRC-0119",
        400,
        "既不是标准词汇中的词, 也不是其他词汇的 URI",
        "this is neither a word of the standard's vocabulary nor a URI of another"
    );
    public static readonly FaultDefinition UnknownField = new(
        "TRC-0120",
        400,
        "此处没有该标准字段, 扩展字段名须为 URI 或带前缀",
        "the standard has no such field here, and an extension is named by a URI or a prefix"
    );
    public static readonly FaultDefinition TooLong = new(
        "TRC-0121",
        400,
        "标识符长于 {0} 个字符",
        "an identifier has at most {0} characters"
    );

    public static readonly FaultDefinition Duplicate = new(
        "TRC-0201",
        409,
        "该事件已被采集: {0}",
        "this event was captured before: {0}",
        GrpcStatus: 6
    );

    public static readonly FaultDefinition IdTaken = new(
        "TRC-0202",
        409,
        "该 eventID 已属于内容不同的事件: {0}",
        "another event has this eventID: {0}",
        GrpcStatus: 6
    );

    public static readonly FaultDefinition BadHash = new(
        "TRC-0301",
        400,
        "事件散列应为 64 位小写十六进制数或 ni 形式",
        "an event hash is 64 lower-case hex digits or the ni form"
    );
    public static readonly FaultDefinition EventNotFound = new("TRC-0302", 404, "未找到该事件", "there is no such event");
    public static readonly FaultDefinition PrescriptionNotFound = new(
        "TRC-0303",
        404,
        "未找到该处方的追溯记录",
        "there is no trace of such a prescription"
    );
    public static readonly FaultDefinition NotSignedYet = new(
        "TRC-0304",
        503,
        "日志树头尚未覆盖该事件, 请稍后重试",
        "no signed tree head covers it yet; try again in a moment"
    );
    public static readonly FaultDefinition BadTreeSize = new(
        "TRC-0305",
        400,
        "树大小应满足 1 ≤ from ≤ to ≤ 已签名大小",
        "tree sizes are 1 ≤ from ≤ to ≤ the signed size"
    );

    public static readonly FaultDefinition ItemNotFound = new(
        "TRC-0601",
        404,
        "没有该物品的追溯信息, 或无权查看",
        "nothing is known of this thing, or nothing that is yours to see"
    );
    public static readonly FaultDefinition BadDirection = new(
        "TRC-0602",
        400,
        "方向只能是 up、down 或 both",
        "the direction is up, down or both"
    );
    public static readonly FaultDefinition OutOfRange = new("TRC-0603", 400, "应在 {0} 与 {1} 之间", "this is between {0} and {1}");
    public static readonly FaultDefinition BadTile = new(
        "TRC-0604",
        400,
        "不是日志树的瓦片地址 (C2SP tlog-tiles)",
        "this is no address of a tile of the log's tree (C2SP tlog-tiles)"
    );
    public static readonly FaultDefinition TileNotFound = new(
        "TRC-0605",
        404,
        "已签名的日志中还没有该瓦片",
        "the signed log has no such tile yet"
    );
    public static readonly FaultDefinition BadParty = new(
        "TRC-0607",
        400,
        "参与方编号应为 13 位 GLN, 机构代码应为 18 位统一社会信用代码",
        "a party number is a GLN of 13 digits, an institution code 统一社会信用代码 of 18 characters"
    );
    public static readonly FaultDefinition PartyTaken = new(
        "TRC-0608",
        409,
        "该参与方编号属于另一机构",
        "this party number is another institution's",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition CodeNotFound = new("TRC-0606", 404, "没有这个二维码的药品", "there is no medicine of this code");
    public static readonly FaultDefinition RecallNotFound = new(
        "TRC-0701",
        404,
        "召回不存在或无权查看",
        "there is no such recall, or none that is yours to see"
    );
    public static readonly FaultDefinition RecallMissing = new("TRC-0702", 400, "缺少必填项", "this is required");
    public static readonly FaultDefinition RecallTooLong = new("TRC-0703", 400, "不得超过 {0} 个字符", "this has at most {0} characters");
    public static readonly FaultDefinition BadLevel = new("TRC-0704", 400, "召回级别只能是 1、2 或 3", "a recall is of level 1, 2 or 3");
    public static readonly FaultDefinition TooManyLots = new("TRC-0705", 400, "一次召回应有 1 至 {0} 个批次", "a recall has 1 to {0} lots");
    public static readonly FaultDefinition LotNotYours = new(
        "TRC-0706",
        404,
        "该批次没有追溯信息, 或无权召回",
        "nothing is known of this lot, or it is not yours to recall"
    );
    public static readonly FaultDefinition KeyReused = new(
        "TRC-0707",
        409,
        "该请求编号已用于内容不同的召回",
        "this request id was used for a recall of another content",
        GrpcStatus: 6
    );
    public static readonly FaultDefinition BadOutcome = new("TRC-0708", 400, "处置结果只能是: {0}", "an outcome is one of: {0}");
    public static readonly FaultDefinition RecallClosed = new("TRC-0709", 409, "召回已结束", "the recall is closed");
    public static readonly FaultDefinition RecallUnfinished = new(
        "TRC-0710",
        409,
        "尚有 {0} 项没有处置结果, 不能结束召回",
        "{0} items have no outcome yet, so the recall cannot be closed"
    );
    public static readonly FaultDefinition ItemNotInRecall = new(
        "TRC-0711",
        404,
        "召回中没有该项, 或无权处置",
        "the recall has no such item, or it is not yours to settle"
    );
}
