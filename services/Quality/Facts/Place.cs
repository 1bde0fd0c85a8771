namespace TcmBrain.Quality.Facts;

/// <summary>An institution by code and name; the names are the code where the register has not told them.</summary>
public sealed record Place(string Code, string Zh, string En)
{
    public static Place Of(string code, string? zh, string? en) => new(code, zh ?? code, string.IsNullOrEmpty(en) ? zh ?? code : en);
}
