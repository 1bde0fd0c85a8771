using Google.Protobuf;
using Npgsql;
using TcmBrain.Exchange.Storage;

namespace TcmBrain.Prescriptions.Push;

/// <summary>A batch of pushes as their tables want them, laid out before the transaction that stores them begins.</summary>
internal sealed class PushRows : IDisposable
{
    private readonly CopyRows keys;
    private readonly CopyRows prescriptions;
    private readonly CopyRows history;

    public PushRows(IReadOnlyList<AcceptedPrescription> accepted)
    {
        keys = new CopyRows(columns: 4, accepted.Count * 96);
        prescriptions = new CopyRows(columns: 18, accepted.Count * 2560);
        history = new CopyRows(columns: 6, accepted.Count * 96);
        foreach (var p in accepted)
        {
            AddKey(p);
            AddPrescription(p);
            AddHistory(p);
        }
    }

    public async Task SendAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // The keys first: a known one ends it here, before the rest has been sent.
        await keys.SendAsync(
            connection,
            "copy prescriptions.keys (institution_code, his_number, revision, id) from stdin (format binary)",
            cancellationToken
        );
        const string columns = """
            copy prescriptions.prescriptions (id, institution_code, region_code, his_number, revision, content_sha256, document, identity,
                audit, accepted_state, state, version, urgent, received_at, traceparent, valid_until, collect_until, due_at) from stdin (format binary)
            """;
        await prescriptions.SendAsync(connection, columns, cancellationToken);
        await history.SendAsync(
            connection,
            "copy prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at) from stdin (format binary)",
            cancellationToken
        );
    }

    public void Dispose()
    {
        keys.Dispose();
        prescriptions.Dispose();
        history.Dispose();
    }

    private void AddKey(AcceptedPrescription p)
    {
        keys.Row();
        keys.Text(p.InstitutionCode);
        keys.Text(p.HisNumber);
        keys.Int(p.Revision);
        keys.Uuid(p.Id);
    }

    private void AddPrescription(AcceptedPrescription p)
    {
        prescriptions.Row();
        prescriptions.Uuid(p.Id);
        prescriptions.Text(p.InstitutionCode);
        prescriptions.Text(p.RegionCode);
        prescriptions.Text(p.HisNumber);
        prescriptions.Int(p.Revision);
        prescriptions.Bytes(p.ContentSha256);
        prescriptions.Bytes(p.Document);
        prescriptions.Bytes(p.Identity);
        p.Audit.WriteTo(prescriptions.Bytes(p.Audit.CalculateSize()));
        prescriptions.Short((short)p.State);
        prescriptions.Short((short)p.State);
        prescriptions.Int(p.Events.Count);
        prescriptions.Bool(p.Urgent);
        prescriptions.Instant(p.ReceivedAt);
        prescriptions.Text(p.TraceParent);
        prescriptions.Instant(p.ValidUntil);
        prescriptions.Instant(p.CollectUntil);
        prescriptions.Instant(p.DueAt);
    }

    private void AddHistory(AcceptedPrescription p)
    {
        history.Row();
        history.Uuid(p.Id);
        history.Text(p.InstitutionCode);
        history.Short((short)p.State);
        history.Text("system");
        history.Text("");
        history.Instant(p.ReceivedAt);
    }
}
