using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Dispensing;

/// <summary>What every desk at the bench refuses alike.</summary>
internal static class Bench
{
    public static void Require(bool holds, FaultDefinition fault, string field = "", params object[] arguments)
    {
        if (!holds)
        {
            throw fault.Exception(field, arguments);
        }
    }

    public static void RequireState(Dossier dossier, string state) =>
        Require(dossier.State == state, PharmacyFaults.WrongState, "", dossier.State);

    /// <summary>It is being weighed, by this person.</summary>
    public static void RequireDispensing(Dossier dossier, Person dispenser)
    {
        RequireState(dossier, "dispensing");
        Require(dossier.Dispenser == dispenser.Subject, PharmacyFaults.OtherDispenser);
    }

    public static void RequireAfter(DateTimeOffset at, DateTimeOffset previous, string field) =>
        Require(at >= previous, PharmacyFaults.TooEarly, field, previous.Text());

    public static void RequireGood(IEnumerable<Portion> portions, DateTimeOffset now)
    {
        var faults = new FaultList();
        foreach (var portion in portions)
        {
            AddIfBad(faults, portion, $"lines[{portion.LineNumber}].lotNumber", now);
        }

        faults.ThrowIfAny();
    }

    public static void AddIfBad(FaultList faults, Portion portion, string field, DateTimeOffset now)
    {
        if (portion.LotStatus != Stock.LotStanding.Available)
        {
            var (zh, en) = portion.LotStatus == Stock.LotStanding.Frozen ? ("冻结", "frozen") : ("判为不合格", portion.LotStatus);
            faults.Add(PharmacyFaults.LotNotGood, field, portion.LotNumber, zh, en);
        }
        else if (portion.ExpiresOn < RegionTime.DayOf(now))
        {
            faults.Add(PharmacyFaults.LotExpired, field, portion.LotNumber, portion.ExpiresOn.Text());
        }
    }

    public static string Short(string text) => text.Length <= 40 ? text : text[..40];

    public static async Task ChangeAsync(Work work, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = work.Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
