using Npgsql;

namespace TcmBrain.Institutions.Register;

internal static class StoredIds
{
    /// <summary>What a statement of many rows returns as the ids of those it stored.</summary>
    public static async Task<HashSet<Guid>> IdsAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var stored = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetGuid(0));
        }

        return stored;
    }
}
