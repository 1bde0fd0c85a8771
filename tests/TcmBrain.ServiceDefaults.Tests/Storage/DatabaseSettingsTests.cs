using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.ServiceDefaults.Tests.Storage;

/// <summary>What a service's connections are like when the installation says nothing, and that it has the last word.</summary>
public sealed class DatabaseSettingsTests
{
    [Theory]
    [InlineData("Host=h;Username=u", 5, 64)]
    [InlineData("Host=h;Username=u;Timeout=9", 9, 64)]
    [InlineData("Host=h;Username=u;Max Auto Prepare=0", 5, 0)]
    [InlineData("Host=h;Username=u;Timeout=15;MaxAutoPrepare=5", 15, 5)]
    public async Task Silence_is_filled_and_what_is_said_stands(string given, int timeout, int prepared)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:database"] = given });
        builder.AddDatabase();
        await using var services = builder.Services.BuildServiceProvider();

        var settings = new NpgsqlConnectionStringBuilder(services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        settings.Timeout.ShouldBe(timeout);
        settings.MaxAutoPrepare.ShouldBe(prepared);
    }
}
