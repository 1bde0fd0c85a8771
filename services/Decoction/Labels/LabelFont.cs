using Microsoft.Extensions.Options;
using TcmBrain.Decoction.Parcels;

namespace TcmBrain.Decoction.Labels;

/// <summary>
/// The font that labels are set in: <c>Delivery:FontFile</c>, else WenQuanYi Micro Hei (文泉驿微米黑, Apache License 2.0) where Debian's
/// fonts-wqy-microhei puts it. Read once.
/// </summary>
internal sealed class LabelFont(IOptions<DeliverySettings> settings)
{
    private static readonly string[] UsualPlaces =
    [
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    ];

    private readonly Lazy<TrueTypeFont?> font = new(() => Read(settings.Value.FontFile));

    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0623</exception>
    public TrueTypeFont Font => font.Value ?? throw DecoctionFaults.LabelFont.Exception();

    private static TrueTypeFont? Read(string configured)
    {
        var file = configured.Length > 0 ? configured : Array.Find(UsualPlaces, File.Exists);
        try
        {
            return file is null || !File.Exists(file) ? null : new TrueTypeFont(File.ReadAllBytes(file));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
