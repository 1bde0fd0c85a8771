using TcmBrain.CatalogueCopy;
using TcmBrain.Knowledge;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>How carefully a piece is weighed and who has to be there.</summary>
public enum PieceClass
{
    Ordinary,

    /// <summary>贵细.</summary>
    Precious,

    /// <summary>有毒、大毒 by the pharmacopoeia, or one of the 28 controlled items.</summary>
    Toxic,

    /// <summary>麻醉中药: 罂粟壳.</summary>
    Narcotic,
}

/// <summary>A rule with where it is from.</summary>
/// <param name="Evidence">as in the domain's rules: C read in a source, C* read second-hand, M not yet checked against the official text</param>
public sealed record WeighingRule(PieceClass Class, int TolerancePermille, bool EachDose, bool TwoPersons, string Source, string Evidence)
{
    /// <summary>Exact, without rounding.</summary>
    public bool Allows(long prescribedMilligrams, long weighedMilligrams) =>
        Int128.Abs((Int128)weighedMilligrams - prescribedMilligrams) * 1000 <= (Int128)prescribedMilligrams * TolerancePermille;
}

/// <summary>
/// Which rule a piece is weighed by. ±5 % a dose is the regulation's; that precious and toxic pieces are weighed dose by dose is practice, and their
/// ±2 % is the house's own stricter limit.
/// </summary>
public sealed class PieceRules(CurrentCatalogue catalogue)
{
    private const string Regulation = "《医院中药饮片管理规范》国中医药发〔2007〕11号";
    private const string Toxics = "《医疗用毒性药品管理办法》国务院令第23号; ";

    private static readonly WeighingRule Ordinary = new(
        PieceClass.Ordinary,
        50,
        false,
        false,
        Regulation + ": 每剂重量误差应当在 ±5% 以内",
        "M"
    );
    private static readonly WeighingRule Precious = new(
        PieceClass.Precious,
        20,
        true,
        false,
        Regulation + "; 贵细饮片逐剂称量, ±2% 为本平台内控",
        "M"
    );
    private static readonly WeighingRule Toxic = new(
        PieceClass.Toxic,
        20,
        true,
        false,
        Regulation + "; 有毒饮片逐剂称量, ±2% 为本平台内控",
        "M"
    );
    private static readonly WeighingRule Controlled = new(
        PieceClass.Toxic,
        20,
        true,
        true,
        Toxics + "毒性中药双人调配、专账登记, ±2% 为本平台内控",
        "M"
    );
    private static readonly WeighingRule Narcotic = new(
        PieceClass.Narcotic,
        20,
        true,
        true,
        "《麻醉药品和精神药品管理条例》; 罂粟壳双人调配、专账登记, ±2% 为本平台内控",
        "M"
    );

    /// <summary>What custom calls precious (贵细). An expert's default, for a pharmacist to confirm.</summary>
    private static readonly HashSet<string> PreciousPieces =
    [
        "人参",
        "红参",
        "生晒参",
        "西洋参",
        "西红花",
        "鹿茸",
        "羚羊角",
        "羚羊角粉",
        "麝香",
        "牛黄",
        "体外培育牛黄",
        "冬虫夏草",
        "三七",
        "三七粉",
        "川贝母",
        "川贝母粉",
        "蛤蚧",
        "沉香",
        "珍珠",
        "珍珠粉",
        "琥珀",
        "阿胶",
        "鹿角胶",
        "龟甲胶",
        "海马",
        "海龙",
        "燕窝",
        "哈蟆油",
        "血竭",
        "天麻",
        "铁皮石斛",
        "灵芝孢子粉",
        "紫河车",
        "金钱白花蛇",
        "蕲蛇",
        "熊胆粉",
    ];

    public static bool IsPrecious(string piece) => PreciousPieces.Contains(piece);

    /// <summary>A name that the catalogue does not know is ordinary: nothing of it can be on a shelf.</summary>
    public WeighingRule Of(string piece)
    {
        var herb = catalogue.Value.Find(piece);
        return herb switch
        {
            { Regulation: Knowledge.Regulation.Narcotic } => Narcotic,
            { Regulation: Knowledge.Regulation.ControlledToxic } or { RawEquivalent: not null } => Controlled,
            { Toxicity: Toxicity.Toxic or Toxicity.Very } => Toxic,
            _ => IsPrecious(piece) ? Precious : Ordinary,
        };
    }
}
