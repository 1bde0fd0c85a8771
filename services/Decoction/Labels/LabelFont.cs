using Microsoft.Extensions.Options;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Paper;

namespace TcmBrain.Decoction.Labels;

/// <summary>The font that labels are set in: <c>Delivery:FontFile</c>, else the usual one. Read once.</summary>
internal sealed class LabelFont(IOptions<DeliverySettings> settings)
{
    private readonly Lazy<TrueTypeFont?> font = new(() => PaperFont.Find(settings.Value.FontFile));

    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0623</exception>
    public TrueTypeFont Font => font.Value ?? throw DecoctionFaults.LabelFont.Exception();
}
