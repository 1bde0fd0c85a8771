using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Decoction.Parcels;

/// <summary>Section <c>Delivery</c>. Defaults are those of domain rules marked M: for a pharmacist to confirm.</summary>
public sealed class DeliverySettings
{
    /// <summary>Days that a bag keeps between 2 and 8 °C; regional rules commonly say at most seven.</summary>
    [Range(1, 30)]
    public int RefrigeratedDays { get; set; } = 7;

    /// <summary>Hours that a retained sample (留样) is kept; regional rules commonly ask 48 to 72.</summary>
    [Range(1, 720)]
    public int SampleHours { get; set; } = 72;

    /// <summary>How much a bag's volume may be away from the recipe's, in percent; hospital preparations are held to 5 to 10.</summary>
    [Range(1, 50)]
    public int VolumePercent { get; set; } = 10;

    /// <summary>What the codes on labels lead to: scheme and host where the web is served, without a slash at the end.</summary>
    [Required]
    public string PageAddress { get; set; } = "https://tcmbrain.example";

    /// <summary>A file with TrueType outlines of Chinese characters for labels; empty: the usual places are looked at.</summary>
    public string FontFile { get; set; } = "";

    /// <summary>Telephone for patients, by centre code; printed on labels where it is given.</summary>
    public Dictionary<string, string> Phones { get; init; } = [];
}
