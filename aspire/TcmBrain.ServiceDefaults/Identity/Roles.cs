namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>The roles a token can carry (claim <c>role</c>).</summary>
public static class Roles
{
    /// <summary>A hospital's information system.</summary>
    public const string His = "his";

    /// <summary>处方医师.</summary>
    public const string Prescriber = "prescriber";

    /// <summary>审方药师.</summary>
    public const string Pharmacist = "pharmacist";

    /// <summary>调剂员, also the stock-keeper of a shared pharmacy.</summary>
    public const string Dispenser = "dispenser";

    /// <summary>煎药员, and the devices of a decoction room.</summary>
    public const string Decoction = "decoction";

    /// <summary>质控员.</summary>
    public const string Quality = "quality";

    /// <summary>配送员.</summary>
    public const string Courier = "courier";

    /// <summary>机构管理员: its own institution only.</summary>
    public const string Admin = "admin";

    /// <summary>监管人员: everything within the region of the token, by right of supervision.</summary>
    public const string Regulator = "regulator";

    /// <summary>平台运维.</summary>
    public const string Operator = "operator";

    /// <summary>Another service of the platform, in its own name.</summary>
    public const string Service = "service";

    public static readonly IReadOnlyList<string> All =
    [
        His,
        Prescriber,
        Pharmacist,
        Dispenser,
        Decoction,
        Quality,
        Courier,
        Admin,
        Regulator,
        Operator,
        Service,
    ];
}
