using Npgsql;
using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Audit;

/// <summary>The numbers as they follow from the facts alone (重算).</summary>
internal sealed class Recomputation
{
    public Tally Tally { get; } = new();

    public long Facts { get; private set; }

    /// <summary>Id of the last fact that is in it.</summary>
    public long Last { get; private set; }

    /// <summary>Takes in the facts after <see cref="Last"/>; may be called again for those that have come since.</summary>
    public async Task ReadAsync(NpgsqlConnection connection, long upTo, CancellationToken cancellationToken)
    {
        await foreach (var (id, fact) in FactStore.ReadAsync(connection, Last, upTo, cancellationToken))
        {
            Facts++;
            Last = id;
            Tally.Add(fact);
        }
    }
}
