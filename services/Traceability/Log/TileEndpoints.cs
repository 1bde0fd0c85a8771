using System.Buffers.Binary;
using System.Text;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// The tree as tiles (C2SP tlog-tiles): every proof can be made from them, without asking the log for it. Hashes are for everybody; the leaves
/// name who captured what when, which is for those who oversee.
/// </summary>
public static class TileEndpoints
{
    public static void MapTiles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/log/tile/{**path}", TileAsync).AllowAnonymous().WithName("ReadTile");
        app.MapGet("/api/traceability/log/entries/{**path}", EntriesAsync)
            .RequireRole(Roles.Regulator, Roles.Operator)
            .WithName("ReadLogEntries");
    }

    /// <summary>The hashes one after another. A full tile never changes again; a partial one is the begin of the full one.</summary>
    private static async Task<IResult> TileAsync(
        string path,
        NpgsqlDataSource database,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (TilePath.Parse(path) is not { Level: { } level } tile)
        {
            throw TraceabilityFaults.BadTile.Exception("path");
        }

        await using var connection = await OpenAsync(database, tile, cancellationToken);
        await using var command = new NpgsqlCommand(
            "select hash from traceability.tree_node where level = $1 and index between $2 and $3 order by index",
            connection
        )
        {
            Parameters =
            {
                new() { Value = level },
                new() { Value = tile.Index * TilePath.FullWidth },
                new() { Value = (tile.Index * TilePath.FullWidth) + tile.Width - 1 },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var hashes = new MemoryStream(tile.Width * Merkle.HashLength);
        while (await reader.ReadAsync(cancellationToken))
        {
            hashes.Write(reader.GetFieldValue<byte[]>(0));
        }

        if (hashes.Length != tile.Width * Merkle.HashLength)
        {
            throw new LogDamagedException($"Tile {path} of the log's tree has holes.");
        }

        return Bytes(response, tile, hashes.ToArray());
    }

    /// <summary>Leaves, each with its length in two bytes, big-endian, before it.</summary>
    private static async Task<IResult> EntriesAsync(
        string path,
        NpgsqlDataSource database,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (TilePath.Parse("entries/" + path) is not { } tile)
        {
            throw TraceabilityFaults.BadTile.Exception("path");
        }

        await using var connection = await OpenAsync(database, tile, cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select event_hash, error_declaration, body, captured_by, recorded_at, prescription_id, institution_code, centre_code, region_code
            from traceability.event where leaf_index between $1 and $2 order by leaf_index
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = tile.Index * TilePath.FullWidth },
                new() { Value = (tile.Index * TilePath.FullWidth) + tile.Width - 1 },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new MemoryStream();
        var length = new byte[2];
        while (await reader.ReadAsync(cancellationToken))
        {
            var leaf = Encoding.UTF8.GetBytes(LeafOf(reader));
            BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)leaf.Length));
            entries.Write(length);
            entries.Write(leaf);
        }

        return Bytes(response, tile, entries.ToArray());
    }

    internal static string LeafOf(NpgsqlDataReader reader) =>
        Leaf.Text(
            reader.GetFieldValue<byte[]>(0),
            reader.GetBoolean(1),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetFieldValue<DateTimeOffset>(4),
            new EventScope(reader.IsDBNull(5) ? null : reader.GetGuid(5), Text(reader, 6), Text(reader, 7), Text(reader, 8))
        );

    /// <summary>Only what is under a signed head is served: what is not could still differ from it.</summary>
    private static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource database, TilePath tile, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var head = await CheckpointStore.LatestAsync(connection, cancellationToken);
            return tile.Available(head?.TreeSize ?? 0) >= tile.Width ? connection : throw TraceabilityFaults.TileNotFound.Exception("path");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static IResult Bytes(HttpResponse response, TilePath tile, byte[] bytes)
    {
        // What is partial is asked for by its width, so it never changes either.
        response.Headers.CacheControl = tile.Level is null ? "private, max-age=31536000, immutable" : "public, max-age=31536000, immutable";
        return Results.Bytes(bytes, "application/octet-stream");
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
