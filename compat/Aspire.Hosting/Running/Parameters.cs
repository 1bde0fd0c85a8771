using System.Security.Cryptography;
using System.Text.Json;
using TcmBrain.MachineServers;

namespace Aspire.Hosting.Running;

/// <summary>Secrets that nobody gave: made once, kept for the life of the data folder.</summary>
internal sealed class Parameters(string file)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };
    private readonly Lock gate = new();

    /// <summary>32 random bytes in base64; a password has 32 letters and digits, which no URL or connection string must escape.</summary>
    public string GetOrCreate(string name)
    {
        lock (gate)
        {
            var all = Read();
            if (all.TryGetValue(name, out var value))
                return value;
            value = name.EndsWith("-password", StringComparison.Ordinal)
                ? RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32)
                : Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            all[name] = value;
            PrivateFile.Write(file, JsonSerializer.Serialize(all, Readable));
            return value;
        }
    }

    private SortedDictionary<string, string> Read()
    {
        if (!File.Exists(file))
            return [];
        try
        {
            return JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllText(file)) ?? [];
        }
        catch (JsonException e)
        {
            throw new StartFailure($"the parameters in {file} can't be read ({e.Message}): restore the file, the data was made with them");
        }
    }
}
