using Aspire.Hosting;

namespace TcmBrain.Hosting.Tests;

public sealed class ResourceNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("institutions-db")]
    [InlineData("Web2")]
    public void A_name_of_letters_digits_and_single_hyphens_is_taken(string name) =>
        DistributedApplication.CreateBuilder([]).AddRedis(name).Resource.Name.ShouldBe(name);

    [Theory]
    [InlineData("")]
    [InlineData("2web")]
    [InlineData("a--b")]
    [InlineData("a-")]
    [InlineData("a_b")]
    [InlineData("药房")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")]
    public void Any_other_name_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => DistributedApplication.CreateBuilder([]).AddRedis(name));

    [Fact]
    public void Two_resources_of_one_name_are_refused()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        builder.AddRedis("cache");
        Should.Throw<ArgumentException>(() => builder.AddRabbitMQ("Cache"));
    }
}
