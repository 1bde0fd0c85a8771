using QRCoder;

namespace TcmBrain.Paper;

/// <summary>A QR code (GB/T 18284) as its dark runs, in modules; error correction M, quiet zone of four modules.</summary>
internal static class QrSquares
{
    public const int Quiet = 4;

    public static (int Modules, IReadOnlyList<(int X, int Y, int Length)> Runs) Of(string content)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(content, QRCodeGenerator.ECCLevel.M);
        var runs = new List<(int, int, int)>();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            var row = code.ModuleMatrix[y];
            for (var x = 0; x < row.Count; x++)
            {
                var start = x;
                while (x < row.Count && row[x])
                {
                    x++;
                }

                if (x > start)
                {
                    runs.Add((start, y, x - start));
                }
            }
        }

        return (code.ModuleMatrix.Count, runs);
    }
}
