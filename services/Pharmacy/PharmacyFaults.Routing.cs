using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy;

public static partial class PharmacyFaults
{
    public static readonly FaultDefinition CentreNotFound = new("PHA-0801", 404, "未找到该共享中药房", "no such shared pharmacy");
    public static readonly FaultDefinition CentreIfMatchMissing = new(
        "PHA-0802",
        428,
        "修改前须先读取:请以 If-Match 送回读到的版本",
        "read it first: send the version that was read as If-Match"
    );
    public static readonly FaultDefinition CentreStale = new(
        "PHA-0803",
        412,
        "已被他人修改:现为第 {0} 版",
        "somebody else has changed it: it is at version {0} now"
    );
    public static readonly FaultDefinition OutOfRange = new("PHA-0804", 422, "须在 {0} 至 {1} 之间", "must be between {0} and {1}");
    public static readonly FaultDefinition ClosesBeforeItOpens = new(
        "PHA-0805",
        422,
        "打烊时间须晚于开门时间",
        "it must close after it opens"
    );
    public static readonly FaultDefinition NotARegion = new(
        "PHA-0806",
        422,
        "“{0}”不是六位行政区划代码(GB/T 2260)",
        "{0} is not a six-digit region code (GB/T 2260)"
    );
    public static readonly FaultDefinition UnknownChoice = new("PHA-0807", 422, "“{0}”不在可选项 {1} 之中", "{0} is none of {1}");
    public static readonly FaultDefinition PriceInPast = new(
        "PHA-0808",
        422,
        "价格不得追溯:生效日期 {0} 早于今天",
        "a price can't begin in the past: {0} is before today"
    );
    public static readonly FaultDefinition OfferTwice = new(
        "PHA-0809",
        422,
        "“{0}”同一等级、形态重复",
        "{0} stands twice with the same grade and form"
    );
    public static readonly FaultDefinition TooManyOffers = new(
        "PHA-0810",
        422,
        "每次须有 1 至 {0} 条目录项",
        "one to {0} items of the catalogue at a time"
    );
    public static readonly FaultDefinition ClosesInPast = new(
        "PHA-0811",
        422,
        "停业时间不得早于现在;立即停业请不填时间",
        "the time of closing must not be past; leave it out to close at once"
    );
    public static readonly FaultDefinition AlreadyClosed = new("PHA-0812", 409, "已于 {0} 停业", "closed since {0}");
    public static readonly FaultDefinition ReasonMissing = new(
        "PHA-0813",
        422,
        "须写明原因,最多 {0} 个字符",
        "a reason is required, {0} characters at most"
    );
    public static readonly FaultDefinition BadDays = new(
        "PHA-0814",
        400,
        "起止日期无效:止不得早于起,最长 {0} 天",
        "the days are not valid: at most {0}, in order"
    );
}
