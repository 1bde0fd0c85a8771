using TcmBrain.Contracts.Events;

namespace TcmBrain.Institutions.Register;

/// <summary>An institution's entry as it is told.</summary>
internal static class InstitutionEvents
{
    public static InstitutionRegistered ToRegistered(this Institution after, DateTimeOffset now) =>
        new()
        {
            AggregateId = after.Id,
            Version = after.Version,
            OccurredAt = now,
            Code = after.Code,
            NameZh = after.NameZh,
            NameEn = after.NameEn,
            Kind = after.Kind,
            RegionCode = after.RegionCode,
            Longitude = after.Longitude,
            Latitude = after.Latitude,
            Ownership = after.Ownership,
            Level = after.Level,
            Beds = after.Beds,
            TcmHall = after.TcmHall,
            Attributes = [.. after.Attributes.Select(a => new InstitutionAttribute(a.Key, a.Value))],
            LicenceExpiresOn = after.LicenceExpiresOn,
            Departments = [.. after.Departments.Select(d => d.Code)],
        };

    /// <param name="fields">that differ</param>
    public static InstitutionChanged ToChanged(this Institution after, DateTimeOffset now, string[] fields) =>
        new()
        {
            AggregateId = after.Id,
            Version = after.Version,
            OccurredAt = now,
            Code = after.Code,
            NameZh = after.NameZh,
            NameEn = after.NameEn,
            Kind = after.Kind,
            RegionCode = after.RegionCode,
            Longitude = after.Longitude,
            Latitude = after.Latitude,
            Ownership = after.Ownership,
            Level = after.Level,
            Beds = after.Beds,
            TcmHall = after.TcmHall,
            Attributes = [.. after.Attributes.Select(a => new InstitutionAttribute(a.Key, a.Value))],
            LicenceExpiresOn = after.LicenceExpiresOn,
            Departments = [.. after.Departments.Select(d => d.Code)],
            Fields = fields,
        };
}
