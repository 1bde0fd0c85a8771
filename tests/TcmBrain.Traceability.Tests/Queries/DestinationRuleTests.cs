using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using TcmBrain.Traceability.Subscriptions;

namespace TcmBrain.Traceability.Tests.Queries;

public sealed class DestinationRuleTests
{
    private static DestinationRule Rule(string environment, string? allowPrivate = null) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["Subscriptions:AllowPrivate"] = allowPrivate })
                .Build(),
            new HostingEnvironment { EnvironmentName = environment }
        );

    [Theory]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://10.1.2.3/hook")]
    [InlineData("http://172.31.0.1/")]
    [InlineData("https://192.168.1.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://198.19.0.1/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[ff02::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://[64:ff9b::10.0.0.1]/")]
    public void Addresses_of_the_platforms_own_network_are_refused_in_production_unless_it_is_said_otherwise(string dest)
    {
        Rule(Environments.Production).Admits(dest).ShouldBeFalse();
        Rule(Environments.Production, "true").Admits(dest).ShouldBeTrue();
        Rule(Environments.Development).Admits(dest).ShouldBeTrue();
        Rule(Environments.Development, "false").Admits(dest).ShouldBeFalse();
    }

    [Theory]
    [InlineData("https://partner.example/hook", true)]
    [InlineData("http://8.8.8.8/", true)]
    [InlineData("http://[64:ff9b::8.8.8.8]/", true)]
    [InlineData("ftp://partner.example/", false)]
    [InlineData("https://user:secret@partner.example/", false)]
    [InlineData("/hook", false)]
    [InlineData(null, false)]
    public void Else_http_and_https_are_admitted_and_nothing_more(string? dest, bool admitted) =>
        Rule(Environments.Production).Admits(dest).ShouldBe(admitted);

    [Fact]
    public async Task A_name_that_leads_inside_is_found_out_when_it_is_called()
    {
        using var client = new HttpClient(Rule(Environments.Production).Handler());

        var refused = await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync("http://localhost:9/"));

        refused.ToString().ShouldContain("is not to be called");
    }
}
