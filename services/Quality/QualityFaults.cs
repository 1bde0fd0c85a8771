using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality;

/// <summary>Error catalogue of quality control (QUA-): 01 what was asked, 02 lots, 03 and 04 reviews, 05 processes, 06 supervision, 07 evaluation, satisfaction and reports.</summary>
public static partial class QualityFaults
{
    public static readonly FaultDefinition UnknownState = new("QUA-0101", 400, "未知状态“{0}”", "unknown state {0}");
    public static readonly FaultDefinition BadPage = new("QUA-0102", 400, "分页参数无效", "the paging parameter is not valid");
    public static readonly FaultDefinition Missing = new("QUA-0103", 400, "缺少必填项", "this field is required");
    public static readonly FaultDefinition TooLong = new("QUA-0104", 400, "超过 {0} 个字符", "longer than {0} characters");

    public static readonly FaultDefinition LotNotFound = new("QUA-0201", 404, "未找到该批次", "no such lot");
    public static readonly FaultDefinition UnknownTest = new(
        "QUA-0202",
        400,
        "饮片“{1}”没有检验项目“{0}”的限度",
        "there is no limit of test {0} for {1}"
    );
    public static readonly FaultDefinition WrongUnit = new("QUA-0203", 400, "单位应为 {0}", "the unit has to be {0}");
    public static readonly FaultDefinition BadValue = new(
        "QUA-0204",
        400,
        "检验值须为不小于零的数",
        "a result has to be a number not below zero"
    );
    public static readonly FaultDefinition DoubledTest = new("QUA-0205", 400, "检验项目“{0}”重复", "test {0} is given twice");
    public static readonly FaultDefinition OverLimit = new(
        "QUA-0206",
        422,
        "{0} {1} {3} 超过限度 {2} {3}({4})",
        "{5} {1} {3} is over the limit of {2} {3} ({4})",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition AlreadyDecided = new(
        "QUA-0207",
        409,
        "该批次状态为 {0},不能执行此操作",
        "the lot is {0}; this can no longer be done",
        GrpcStatus: 9
    );
    public static readonly FaultDefinition Expired = new("QUA-0208", 409, "该批次已于 {0} 过期", "the lot expired on {0}", GrpcStatus: 9);
    public static readonly FaultDefinition NotReleased = new(
        "QUA-0209",
        409,
        "只有已放行的批次可以召回,该批次状态为 {0}",
        "only a released lot can be recalled; this one is {0}",
        GrpcStatus: 9
    );

    public static readonly FaultDefinition ReviewNotFound = new("QUA-0301", 404, "未找到该点评处方", "no such prescription to review");
    public static readonly FaultDefinition UnknownCode = new(
        "QUA-0302",
        400,
        "“{0}”不是处方点评代码(卫医管发〔2010〕28号)",
        "{0} is not a review code of 卫医管发〔2010〕28号"
    );
    public static readonly FaultDefinition DoubledCode = new("QUA-0303", 400, "点评代码“{0}”重复", "review code {0} is given twice");
    public static readonly FaultDefinition CodesOfRational = new(
        "QUA-0304",
        400,
        "合理处方不得有点评代码",
        "a rational prescription has no review codes"
    );
    public static readonly FaultDefinition NoCodes = new(
        "QUA-0305",
        400,
        "不合理处方须至少有一个点评代码",
        "an irrational prescription needs at least one review code"
    );
    public static readonly FaultDefinition OwnInstitution = new(
        "QUA-0306",
        403,
        "不得点评本机构的处方",
        "a reviewer does not review the own institution's prescriptions"
    );
    public static readonly FaultDefinition AlreadyReviewed = new(
        "QUA-0307",
        409,
        "该处方已由 {0} 点评",
        "the prescription was already reviewed by {0}",
        GrpcStatus: 6
    );
}
