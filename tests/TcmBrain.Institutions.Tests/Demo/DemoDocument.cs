using System.Text;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Institutions.Tests.Demo;

/// <summary>docs/demo-signins.md, from the demo region itself.</summary>
internal static class DemoDocument
{
    public static string Render()
    {
        var text = new StringBuilder();
        text.Append("# Demo sign-ins\n\n");
        text.Append("Generated from `contracts/TcmBrain.Contracts/Demo/DemoRegion.cs` by a test; do not edit.\n\n");
        text.Append(
            "Only where `Demo__Enabled=true`, which development sets. Every secret and password is `dev-only-` and the name, and none of them\n"
        );
        text.Append("exists in production. Institutions and people are invented; the codes are well formed and belong to nobody.\n\n");
        text.Append(
            "A program's token: `curl -u his-1:dev-only-his-1 -d grant_type=client_credentials http://localhost:8080/oauth/token`\n\n"
        );
        text.Append("## People (the web page)\n\n| user | name | roles | institution |\n|---|---|---|---|\n");
        foreach (var user in DemoRegion.Users)
        {
            text.Append($"| {user.Name} | {user.DisplayName} | {string.Join(", ", user.Roles)} | {NameOf(user.InstitutionCode)} |\n");
        }

        text.Append("\n## Programs (OAuth2 client credentials)\n\n| client | roles | institution |\n|---|---|---|\n");
        foreach (var client in DemoRegion.Clients)
        {
            text.Append($"| {client.Id} | {string.Join(", ", client.Roles)} | {NameOf(client.InstitutionCode)} |\n");
        }

        text.Append("\n## Institutions\n\n| code | name | English | kind | region |\n|---|---|---|---|---|\n");
        foreach (var at in DemoRegion.Institutions)
        {
            text.Append($"| {at.Code} | {at.NameZh} | {at.NameEn} | {at.Kind} | {at.RegionCode} |\n");
        }

        return text.ToString();
    }

    private static string NameOf(string code) => DemoRegion.Institutions.First(at => at.Code == code).NameZh;
}
