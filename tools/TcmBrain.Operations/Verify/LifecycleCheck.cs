using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Operations.Verify;

/// <summary>
/// Walks prescriptions, pharmacy and decoction room side by side in the order of ids. Each is read at its own moment, so on a
/// platform at work one prescription may look wrong in passing: only what is wrong in the same way twice counts.
/// </summary>
internal sealed class LifecycleCheck(NpgsqlDataSource prescriptions, NpgsqlDataSource pharmacy, NpgsqlDataSource decoction)
{
    private const int MostKept = 10_000;
    private HashSet<string>? _before;

    public async Task<Check> RunAsync(CancellationToken cancellationToken)
    {
        var wrong = new HashSet<string>();
        long all = 0;
        await using var one = await Cursor.OpenAsync(
            prescriptions,
            "select id, state::text from prescriptions.prescriptions order by id",
            cancellationToken
        );
        await using var two = await Cursor.OpenAsync(
            pharmacy,
            "select id, case when broken and state in ('short', 'reserved') then state || '-again' else state end from pharmacy.prescriptions order by id",
            cancellationToken
        );
        await using var three = await Cursor.OpenAsync(
            decoction,
            "select prescription_id, state from decoction.job order by prescription_id",
            cancellationToken
        );
        while (Least(one.Id, two.Id, three.Id) is { } id)
        {
            all++;
            var (state, there, room) = (await one.TakeAsync(id), await two.TakeAsync(id), await three.TakeAsync(id));
            if (!LifecycleRule.Allows(state is null ? null : (State)int.Parse(state), there, room) && wrong.Count < MostKept)
            {
                wrong.Add($"{id}: {(state is null ? "-" : (State)int.Parse(state))}, {there ?? "-"}, {room ?? "-"}");
            }
        }

        var lasting = _before is null ? wrong : [.. wrong.Intersect(_before)];
        _before = wrong;
        return Check.Equal("lifecycle.consistent", all, all - lasting.Count, string.Join("; ", lasting.Take(3)));
    }

    private static Guid? Least(params ReadOnlySpan<Guid?> ids)
    {
        Guid? least = null;
        foreach (var id in ids)
        {
            if (id is not null && (least is null || id.Value.CompareTo(least.Value) < 0))
            {
                least = id;
            }
        }

        return least;
    }

    /// <summary>A query's rows, one at a time.</summary>
    private sealed class Cursor : IAsyncDisposable
    {
        private readonly NpgsqlCommand _command;
        private readonly NpgsqlDataReader _reader;

        private Cursor(NpgsqlCommand command, NpgsqlDataReader reader) => (_command, _reader) = (command, reader);

        /// <summary>Of the row that comes next; null at the end.</summary>
        public Guid? Id { get; private set; }

        public static async Task<Cursor> OpenAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
        {
            var command = database.CreateCommand(sql);
            var cursor = new Cursor(command, await command.ExecuteReaderAsync(cancellationToken));
            await cursor.AdvanceAsync();
            return cursor;
        }

        /// <summary>The state, when the next row is that one; it is then behind.</summary>
        public async ValueTask<string?> TakeAsync(Guid id)
        {
            if (Id != id)
            {
                return null;
            }

            var state = _reader.GetString(1);
            await AdvanceAsync();
            return state;
        }

        private async Task AdvanceAsync() => Id = await _reader.ReadAsync() ? _reader.GetGuid(0) : null;

        public async ValueTask DisposeAsync()
        {
            await _reader.DisposeAsync();
            await _command.DisposeAsync();
        }
    }
}
