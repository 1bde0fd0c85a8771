using System.Globalization;
using TcmBrain.Contracts;

namespace TcmBrain.Prescriptions.Notifications;

/// <summary>
/// What the messages say (短信文案). None names the patient, the hospital, the illness or a medicine: whoever glances at the phone learns
/// no more than that something from a Chinese pharmacy is coming.
/// </summary>
internal static class MessageWording
{
    public const string HiddenCode = "******";

    /// <param name="link">of the patient's page; empty: none</param>
    /// <param name="code">the pick-up code, or <see cref="HiddenCode"/></param>
    public static string Of(string kind, DateTimeOffset? at, string link, string? code)
    {
        var see = link.Length == 0 ? "" : $"查看进度:{link}";
        return kind switch
        {
            "shipped" when at is { } by => $"您的中药已交配送员,预计 {Time(by)} 前送达。{see}",
            "shipped" => $"您的中药已交配送员。{see}",
            "at-counter" => $"您的中药已到取药点,请在 {Time(at!.Value)} 前凭取药码 {code} 领取,请勿转告他人。{see}",
            "pick-up-code" => $"您的新取药码为 {code},原取药码已失效,请勿转告他人。{see}",
            "undelivered" => $"您的中药未能送达,配送员会再次联系您。{see}",
            "delivered" => $"您的中药已签收。如非本人或家人签收,请联系开方医院。{see}",
            _ => $"您的中药未能送达并已退回,医院会与您联系。{see}",
        };
    }

    private static string Time(DateTimeOffset at) => at.ToOffset(RegionTime.Offset).ToString("M月d日 HH:mm", CultureInfo.InvariantCulture);
}
