using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Patients;

namespace TcmBrain.Prescriptions.Push;

/// <summary>
/// For how many days a patient was given narcotic pieces without a break (连续使用), over all institutions: found by the blind index of the
/// identity number, which opens no identity. Asked only when a prescription holds such a piece.
/// </summary>
internal sealed class NarcoticHistory(NpgsqlDataSource database, PatientIdentityVault vault)
{
    /// <summary>A run that matters ends at the new prescription; none is as long as this.</summary>
    private static readonly TimeSpan Back = TimeSpan.FromDays(60);

    /// <param name="institutionCode">with <paramref name="p"/>'s number: itself and its other revisions do not count</param>
    public async Task<int> DaysBeforeAsync(string institutionCode, Prescription p, Catalogue catalogue, CancellationToken cancellationToken)
    {
        var issued = p.IssuedAt.ToDateTimeOffset();
        // Approved and further, as far as the medicine may have been taken.
        await using var command = database.CreateCommand(
            """
            select document from prescriptions.prescriptions
            where substring(identity from 1 for 1) = '\x02' and substring(identity from 3 for 16) = any ($1)
                and id >= prescriptions.first_id($2) and state between 4 and 14 and not (institution_code = $3 and his_number = $4)
            """
        );
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = vault.IndexesOf(p.Patient.IdentityNumber),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            }
        );
        command.Parameters.Add(new NpgsqlParameter { Value = (issued - Back).ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = institutionCode });
        command.Parameters.Add(new NpgsqlParameter { Value = p.HisNumber });
        var courses = new List<(DateOnly From, int Days)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var earlier = Prescription.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0));
            if (earlier.Lines.Any(x => IsNarcotic(x, catalogue)))
            {
                courses.Add((RegionTime.DayOf(earlier.IssuedAt.ToDateTimeOffset()), DaysOf(earlier)));
            }
        }

        return DaysBefore(courses, RegionTime.DayOf(issued));
    }

    /// <summary>What was given while there still was some counts on top of it, so that two hospitals on one day are not one.</summary>
    internal static int DaysBefore(IEnumerable<(DateOnly From, int Days)> courses, DateOnly day)
    {
        var (run, ends) = (0, DateOnly.MinValue);
        foreach (var (from, days) in courses.Where(x => x.From <= day).OrderBy(x => x.From))
        {
            (run, ends) = from > ends ? (days, from.AddDays(days)) : (run + days, ends.AddDays(days));
        }

        return day <= ends ? run : 0;
    }

    public static bool Concerns(Prescription p, Catalogue catalogue) => p.Lines.Any(x => IsNarcotic(x, catalogue));

    private static bool IsNarcotic(Line line, Catalogue catalogue) =>
        catalogue.Resolve(line.Name) is { Kind: not (NameKind.Unknown or NameKind.Ambiguous) } name
        && (
            name.Choices.IsDefaultOrEmpty
                ? catalogue[name.Herb].Regulation == Regulation.Narcotic
                : name.Choices.Any(x => catalogue[x].Regulation == Regulation.Narcotic)
        );

    private static int DaysOf(Prescription p) => (p.Doses + p.DosesPerDay - 1) / Math.Max(1, p.DosesPerDay);
}
