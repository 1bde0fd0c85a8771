namespace TcmBrain.Paper;

/// <summary>The font that paper is set in: WenQuanYi Micro Hei (文泉驿微米黑, Apache License 2.0) unless another is configured.</summary>
public static class PaperFont
{
    private static readonly string[] UsualPlaces =
    [
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    ];

    /// <param name="configured">a file with TrueType outlines of Chinese characters; empty: the usual places are looked at</param>
    /// <returns>null when there is none, or what is there has no such outlines</returns>
    public static TrueTypeFont? Find(string configured)
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
