using Npgsql;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>How a centre's profile stands in its row.</summary>
internal static class ProfileRow
{
    /// <summary>From version to closed_reason, in the order of the table.</summary>
    /// <param name="at">the column of the version</param>
    public static CentreProfile Read(NpgsqlDataReader r, int at) =>
        new(
            r.GetInt32(at + 1),
            r.GetInt32(at + 2),
            new OpeningHours(
                r.GetFieldValue<TimeOnly>(at + 3),
                r.GetFieldValue<TimeOnly>(at + 4),
                r.GetFieldValue<int[]>(at + 5),
                r.GetFieldValue<DateOnly[]>(at + 6)
            ),
            r.GetFieldValue<string[]>(at + 7),
            r.GetString(at + 8),
            r.GetInt64(at + 9),
            r.GetInt64(at + 10),
            r.GetInt64(at + 11),
            r.InstantOrNull(at + 12),
            r.Text(at + 13),
            r.GetInt32(at)
        );
}
