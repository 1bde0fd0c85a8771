using TcmBrain.Contracts.Events;

namespace TcmBrain.Institutions.Practitioners;

/// <summary>A practitioner's entry as it is told.</summary>
internal static class PractitionerEvents
{
    public static PractitionerRegistered ToRegistered(this Practitioner after, DateTimeOffset now) =>
        new()
        {
            AggregateId = after.Id,
            Version = after.Version,
            OccurredAt = now,
            Code = after.Code,
            InstitutionCode = after.InstitutionCode,
            Name = after.Name,
            Category = after.Category,
            Discipline = after.Discipline,
            GeneralPractice = after.GeneralPractice,
            Title = after.Title,
            MayPrescribeToxic = after.MayPrescribeToxic,
            MayPrescribeNarcotic = after.MayPrescribeNarcotic,
            Sites = [.. after.Sites],
            Grade = after.Grade,
            LicenceExpiresOn = after.LicenceExpiresOn,
        };

    /// <param name="fields">that differ</param>
    public static PractitionerChanged ToChanged(this Practitioner after, DateTimeOffset now, string[] fields) =>
        new()
        {
            AggregateId = after.Id,
            Version = after.Version,
            OccurredAt = now,
            Code = after.Code,
            InstitutionCode = after.InstitutionCode,
            Name = after.Name,
            Category = after.Category,
            Discipline = after.Discipline,
            GeneralPractice = after.GeneralPractice,
            Title = after.Title,
            MayPrescribeToxic = after.MayPrescribeToxic,
            MayPrescribeNarcotic = after.MayPrescribeNarcotic,
            Sites = [.. after.Sites],
            Grade = after.Grade,
            LicenceExpiresOn = after.LicenceExpiresOn,
            Fields = fields,
        };
}
