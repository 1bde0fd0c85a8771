using System.ComponentModel.DataAnnotations;

namespace TcmBrain.Decoction.BatchRecords;

/// <summary>Section <c>Records</c>.</summary>
public sealed class RecordSettings
{
    /// <summary>Seed of the key that signs batch records: 32 bytes, base64, a secret.</summary>
    [Required]
    public string SigningKey { get; set; } = "";
}
