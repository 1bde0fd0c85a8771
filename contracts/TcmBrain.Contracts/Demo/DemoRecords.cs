namespace TcmBrain.Contracts.Demo;

/// <summary>A region of the demo.</summary>
/// <param name="Population">2020 census, rounded to thousands; 0 above a county.</param>
public sealed record DemoArea(string Code, string NameZh, string NameEn, int Population, double Longitude, double Latitude);

/// <summary>An invented institution; its code has the right form and check character but belongs to nobody.</summary>
/// <param name="Kind">as in <see cref="Events.InstitutionRegistered.Kind"/></param>
/// <param name="Level">hospital grade such as 三级甲等; empty for others</param>
public sealed record DemoInstitution(
    string Code,
    string NameZh,
    string NameEn,
    string Kind,
    string Level,
    string RegionCode,
    double Longitude,
    double Latitude
)
{
    /// <summary>Empty when the demo says nothing of it.</summary>
    public string LicenceNumber { get; init; } = "";

    public DateOnly? LicenceExpiresOn { get; init; }
}

/// <summary>A program that signs in with client credentials. The secret is for development only.</summary>
public sealed record DemoClient(string Id, string Secret, string Name, string InstitutionCode, string RegionCode, params string[] Roles);

/// <summary>A person who signs in with the browser. The password is for development only.</summary>
public sealed record DemoUser(
    string Name,
    string Password,
    string DisplayName,
    string InstitutionCode,
    string RegionCode,
    params string[] Roles
);

/// <summary>An invented practitioner.</summary>
/// <param name="Category">as in <see cref="Events.PractitionerRegistered.Category"/></param>
public sealed record DemoPractitioner(
    string Code,
    string Name,
    string InstitutionCode,
    string Category,
    string Title,
    bool MayPrescribeToxic,
    bool MayPrescribeNarcotic
);
