using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Registering;

/// <summary>
/// Brings the plan into the register as the operator would: two files through the import, and the consortia one by one. What is there
/// already stays as it is, so it may be run again.
/// </summary>
internal sealed class RegionSeeding(Gateway gateway, RegionPlan plan)
{
    private static readonly DemoClient Operator = DemoRegion.ClientOf("operator-1");

    /// <exception cref="SimulatorException">Nobody answers, or a row is refused.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ImportAsync("institutions", "机构 institutions", InstitutionFile(), cancellationToken);
        await ImportAsync("practitioners", "人员 practitioners", PeopleFile(), cancellationToken);
        var formed = 0;
        foreach (var consortium in plan.Consortia)
        {
            formed += await FormAsync(consortium, cancellationToken) ? 1 : 0;
        }

        Console.WriteLine($"联合体 consortia: {formed} formed, {plan.Consortia.Count - formed} there already");
        using var summary = JsonDocument.Parse(
            (await SendAsync(HttpMethod.Get, "/api/institutions/summary", null, cancellationToken)).Body
        );
        Console.WriteLine(
            $"{RegionPlan.Counties.Count()} counties with {RegionPlan.Counties.Sum(c => (long)c.Population):N0} people: "
                + $"{summary.RootElement.GetProperty("institutions").GetInt64()} institutions, "
                + $"{summary.RootElement.GetProperty("practitioners").GetInt64()} practitioners in the register"
        );
    }

    private async Task ImportAsync(string what, string title, string file, CancellationToken cancellationToken)
    {
        var content = new StringContent(file, Encoding.UTF8, "text/csv");
        var (status, body) = await SendAsync(HttpMethod.Post, $"/api/institutions/import/{what}?mode=all", content, cancellationToken);
        if (status != HttpStatusCode.OK)
        {
            throw new SimulatorException($"The import of {what} is refused: {(int)status} {body}");
        }

        using var report = JsonDocument.Parse(body);
        int Of(string name) => report.RootElement.GetProperty(name).GetInt32();
        if (Of("refused") > 0)
        {
            throw new SimulatorException($"The import of {what} is refused: {report.RootElement.GetProperty("faults")[0]}");
        }

        Console.WriteLine($"{title}: {Of("added")} added, {Of("changed")} changed, {Of("unchanged")} unchanged");
    }

    private async Task<bool> FormAsync(PlannedConsortium consortium, CancellationToken cancellationToken)
    {
        var (status, body) = await SendAsync(
            HttpMethod.Post,
            "/api/institutions/consortia",
            JsonContent.Create(
                new
                {
                    consortium.Code,
                    consortium.NameZh,
                    consortium.NameEn,
                    consortium.Kind,
                    consortium.RegionCode,
                    leaderCode = consortium.Leader,
                    memberCodes = consortium.Members,
                },
                options: JsonSerializerOptions.Web
            ),
            cancellationToken
        );
        return status switch
        {
            HttpStatusCode.Created => true,
            // The code is taken: formed at an earlier run.
            HttpStatusCode.Conflict => false,
            _ => throw new SimulatorException($"The consortium {consortium.Code} is refused: {(int)status} {body}"),
        };
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await gateway.TokenAsync(Operator.Id, Operator.Secret, cancellationToken)
        );
        try
        {
            using var response = await gateway.Http.SendAsync(request, cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException e)
        {
            throw new SimulatorException($"Nobody answers at {gateway.Http.BaseAddress}: {e.Message} (is ./tcm up running?)");
        }
    }

    private string InstitutionFile() =>
        Table(
            "code,nameZh,nameEn,kind,ownership,level,regionCode,addressZh,longitude,latitude,licenceNumber,licenceExpiresOn,beds,tcmHall,departments,attributes",
            plan.Institutions.Select(i =>
                new object[]
                {
                    i.Code,
                    i.NameZh,
                    i.NameEn,
                    i.Kind,
                    i.Ownership,
                    i.Level,
                    i.RegionCode,
                    i.AddressZh,
                    i.Longitude,
                    i.Latitude,
                    i.LicenceNumber,
                    i.LicenceExpiresOn,
                    i.Beds,
                    i.TcmHall ? "true" : "false",
                    i.Departments,
                    i.Attributes,
                }
            )
        );

    private string PeopleFile() =>
        Table(
            "code,institutionCode,name,category,discipline,generalPractice,title,licenceNumber,grade,mentorCode,sites,mayPrescribeToxic,mayPrescribeNarcotic",
            plan.People.Select(p =>
                new object[]
                {
                    p.Code,
                    p.InstitutionCode,
                    p.Name,
                    p.Category,
                    p.Discipline,
                    p.GeneralPractice ? "true" : "false",
                    p.Title,
                    p.LicenceNumber,
                    p.Grade,
                    p.MentorCode,
                    p.Sites,
                    p.Toxic ? "true" : "false",
                    p.Narcotic ? "true" : "false",
                }
            )
        );

    /// <summary>No field of the plan has a comma or a quote in it.</summary>
    private static string Table(string titles, IEnumerable<object[]> rows)
    {
        var text = new StringBuilder(titles).Append('\n');
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))).Append('\n');
        }

        return text.ToString();
    }
}
