using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Decoction.Parcels;

/// <summary>Section <c>Gs1</c>.</summary>
public sealed class Gs1Settings
{
    /// <summary>The operator's GS1 company prefix; the default is the illustrative one of the trace profile.</summary>
    [RegularExpression(@"^\d{7}$")]
    public string CompanyPrefix { get; set; } = "6901234";
}
