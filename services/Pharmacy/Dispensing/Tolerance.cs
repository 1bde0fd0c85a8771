namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>
/// How far what is weighed may be from what is prescribed: ±5 % a dose, 《医院中药饮片管理规范》 国中医药发〔2007〕11号 (2007 edition). A line is weighed
/// for all doses together and divided by 递减分戥, so the same share holds for the whole.
/// </summary>
public static class Tolerance
{
    public const int Percent = 5;

    public static bool Allows(long prescribedMilligrams, long weighedMilligrams) =>
        Int128.Abs((Int128)weighedMilligrams - prescribedMilligrams) * 100 <= (Int128)prescribedMilligrams * Percent;
}
