using Npgsql;

namespace TcmBrain.Traceability.Log;

/// <param name="Note">The signed checkpoint as text.</param>
public sealed record SignedHead(int Sequence, long TreeSize, byte[] RootHash, string Note, DateTimeOffset SignedAt);

/// <summary>The checkpoints' SQL.</summary>
public static class CheckpointStore
{
    /// <summary>The newest signed head; null before the first.</summary>
    public static async Task<SignedHead?> LatestAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken,
        NpgsqlTransaction? transaction = null
    )
    {
        await using var command = new NpgsqlCommand(
            "select sequence, tree_size, root_hash, note, signed_at from traceability.checkpoint order by sequence desc limit 1",
            connection,
            transaction
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    internal static SignedHead Read(NpgsqlDataReader reader) =>
        new(
            reader.GetInt32(0),
            reader.GetInt64(1),
            reader.GetFieldValue<byte[]>(2),
            reader.GetString(3),
            reader.GetFieldValue<DateTimeOffset>(4)
        );
}
