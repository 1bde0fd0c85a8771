using TcmBrain.Decoction.Json;

namespace TcmBrain.Decoction.Steps;

/// <summary>The four steps of a decoction, in their order (工序).</summary>
[KebabCaseEnum]
public enum Step
{
    /// <summary>浸泡</summary>
    Soaking,

    /// <summary>头煎</summary>
    FirstBoil,

    /// <summary>二煎</summary>
    SecondBoil,

    /// <summary>分装</summary>
    Packing,
}

/// <summary>A step's name in contracts, tables and addresses.</summary>
public static class StepName
{
    private static readonly string[] Names = ["soaking", "first-boil", "second-boil", "packing"];

    public static string Name(this Step step) => Names[(int)step];

    public static bool IsBoil(this Step step) => step is Step.FirstBoil or Step.SecondBoil;

    public static string NameZh(this Step step) =>
        step switch
        {
            Step.Soaking => "浸泡",
            Step.FirstBoil => "头煎",
            Step.SecondBoil => "二煎",
            _ => "分装",
        };

    public static bool TryParse(string name, out Step step)
    {
        var at = Array.IndexOf(Names, name);
        step = at < 0 ? default : (Step)at;
        return at >= 0;
    }
}
