using System.Text.RegularExpressions;

namespace Aspire.Hosting.ApplicationModel;

internal static partial class ResourceName
{
    public static void Demand(string name)
    {
        if (name is null || name.Length > 64 || !Form().IsMatch(name))
            throw new ArgumentException(
                $"'{name}' is no resource name: 1-64 letters, digits and single hyphens, starting with a letter and not ending in a hyphen"
            );
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$")]
    private static partial Regex Form();
}
