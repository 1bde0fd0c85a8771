using TcmBrain.Exchange;
using TcmBrain.Institutions.Register;

namespace TcmBrain.Institutions.Import;

/// <param name="All">nothing is stored when one row is refused; else the rows without a fault are</param>
/// <param name="Preview">nothing is stored</param>
internal sealed record ImportMode(bool All, bool Preview, Standing Existing);

/// <summary>
/// Brings a file into the register (批量导入): row by row by the same rules as one by one, batch by batch, in one transaction. The same
/// file again changes nothing. Memory holds one batch, the codes seen, and the first faults.
/// </summary>
internal sealed class Importer(EventExchange exchange)
{
    private const int Batch = 1000;

    /// <summary>Any constant that nothing else locks on: two files at once would wait for each other's rows.</summary>
    private const long ImportLock = 0x7463_6d69_6d70_6f01;

    /// <exception cref="ServiceDefaults.Faults.FaultException">the file as a whole cannot be read; INS-0172 while another is read</exception>
    public async Task<ImportReport> RunAsync<TEntry, TRequest>(
        CsvUpload upload,
        ImportFormat<TRequest> format,
        EntryRegister<TEntry, TRequest> register,
        ImportMode mode,
        Actor actor,
        CancellationToken cancellationToken
    )
        where TEntry : class, IEntry
        where TRequest : class
    {
        using var text = await upload.OpenAsync(cancellationToken);
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using (var one = work.Command("select pg_try_advisory_xact_lock($1)", ImportLock))
        {
            if (await one.ExecuteScalarAsync(cancellationToken) is not true)
            {
                throw InstitutionsFaults.ImportRunning.Exception();
            }
        }

        var tally = new ImportTally();
        var rows = new List<CsvRow<TRequest>>(Batch);
        await foreach (var row in CsvRows.ReadAsync(text, format, cancellationToken))
        {
            if (row.Request is null)
            {
                tally.Refuse(row.Number, row.Faults.Faults);
                continue;
            }

            rows.Add(row);
            if (rows.Count == Batch)
            {
                await ApplyAsync(work, rows, register, mode, actor, tally, cancellationToken);
                rows.Clear();
            }
        }

        if (rows.Count > 0)
        {
            await ApplyAsync(work, rows, register, mode, actor, tally, cancellationToken);
        }

        var applied = !mode.Preview && (!mode.All || tally.Refused == 0);
        if (applied)
        {
            await work.CommitAsync(cancellationToken);
        }

        return tally.Report(applied);
    }

    private static async Task ApplyAsync<TEntry, TRequest>(
        Work work,
        List<CsvRow<TRequest>> rows,
        EntryRegister<TEntry, TRequest> register,
        ImportMode mode,
        Actor actor,
        ImportTally tally,
        CancellationToken cancellationToken
    )
        where TEntry : class, IEntry
        where TRequest : class
    {
        var outcomes = await register.ApplyAsync(work, [.. rows.Select(r => r.Request!)], mode.Existing, actor, cancellationToken);
        foreach (var (row, outcome) in rows.Zip(outcomes))
        {
            if (outcome.After is null)
            {
                tally.Refuse(row.Number, outcome.Faults.Faults);
            }
            else
            {
                tally.Accept(outcome.Before is null, outcome.Changed);
            }
        }

        await work.FlushAsync(cancellationToken);
    }
}
