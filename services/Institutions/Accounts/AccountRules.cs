using System.Collections.Frozen;
using System.Text.RegularExpressions;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Accounts;

/// <summary>Which accounts there may be: names, and the roles that an institution of each kind can hold.</summary>
internal static partial class AccountRules
{
    public const int LongestDisplayName = 100;

    private static readonly string[] Hospital =
    [
        Roles.His,
        Roles.Prescriber,
        Roles.Pharmacist,
        Roles.Dispenser,
        Roles.Decoction,
        Roles.Courier,
        Roles.Admin,
    ];

    private static readonly string[] Centre = [Roles.Pharmacist, Roles.Dispenser, Roles.Decoction, Roles.Courier, Roles.Admin];

    private static readonly FrozenDictionary<string, string[]> ByKind = new Dictionary<string, string[]>
    {
        ["hospital"] = Hospital,
        ["tcm-hospital"] = Hospital,
        ["community"] = Hospital,
        ["station"] = Hospital,
        ["clinic"] = Hospital,
        ["pharmacy"] = Centre,
        ["decoction"] = Centre,
        ["quality"] = [Roles.Quality, Roles.Admin],
        ["manufacturer"] = [Roles.Admin],
        ["planting"] = [Roles.Admin],
        ["regulator"] = [Roles.Regulator, Roles.Admin],
        ["operator"] = [Roles.Operator, Roles.Service, Roles.Admin],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Roles that only a program can have.</summary>
    private static readonly string[] ProgramsOnly = [Roles.His, Roles.Service];

    /// <summary>The roles an institution of that kind can hold; none for a kind not known.</summary>
    public static IReadOnlyList<string> RolesOf(string institutionKind) => ByKind.GetValueOrDefault(institutionKind, []);

    public static bool IsForPeople(string role) => !ProgramsOnly.Contains(role);

    public static void CheckRoles(FaultList faults, IReadOnlyList<string> roles, SignInKind kind, string institutionKind)
    {
        faults.Require(roles.Count > 0, InstitutionsFaults.RolesMissing, "roles");
        for (var i = 0; i < roles.Count; i++)
        {
            var (role, field) = (roles[i], $"roles[{i}]");
            if (!Roles.All.Contains(role))
            {
                faults.Add(InstitutionsFaults.UnknownRole, field);
                continue;
            }

            faults
                .Require(RolesOf(institutionKind).Contains(role), InstitutionsFaults.RoleNotOfKind, field, role)
                .Require(kind == SignInKind.Client || IsForPeople(role), InstitutionsFaults.RoleOfOtherKind, field, role);
        }
    }

    public static void CheckName(FaultList faults, string? name, string field) =>
        faults.Require(name is not null && NameForm().IsMatch(name), InstitutionsFaults.AccountName, field);

    public static void CheckText(FaultList faults, string? text, string field, int longest)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Add(InstitutionsFaults.TextMissing, field);
        }
        else
        {
            faults.Require(text.Trim().Length <= longest, InstitutionsFaults.TextTooLong, field, longest);
        }
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9._-]{2,63}\z")]
    private static partial Regex NameForm();
}
