using System.Text.Json;

namespace TcmBrain.HisSimulator.His;

/// <summary>
/// What the platform acknowledged, kept on the hospital's side (确认台账): the proof against which <c>./tcm verify</c> holds the platform.
/// One JSON line each, in <c>journal/acknowledged.jsonl</c> of the data folder; nothing is kept without one.
/// </summary>
public sealed class Journal : IDisposable
{
    private readonly StreamWriter? writer;
    private readonly Lock gate = new();

    public Journal()
    {
        if (Data.File("journal", "acknowledged.jsonl") is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            writer = new StreamWriter(stream) { AutoFlush = false };
        }
    }

    public void Add(string institutionCode, Contracts.Prescriptions.V1.PushReply reply)
    {
        if (writer is null)
        {
            return;
        }

        var line = JsonSerializer.Serialize(
            new Acknowledged(institutionCode, reply.HisNumber, reply.Revision, reply.PrescriptionId, reply.ContentSha256),
            JsonSerializerOptions.Web
        );
        lock (gate)
        {
            writer.WriteLine(line);
            // A line is whole or absent even when the simulator is killed: it is shorter than a pipe's atomic write.
            writer.Flush();
        }
    }

    public void Dispose() => writer?.Dispose();
}

/// <summary>One acknowledgement.</summary>
public sealed record Acknowledged(string InstitutionCode, string HisNumber, int Revision, string PrescriptionId, string ContentSha256);
