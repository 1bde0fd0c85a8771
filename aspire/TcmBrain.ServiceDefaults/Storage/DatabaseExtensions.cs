using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Storage;

public static class DatabaseExtensions
{
    /// <summary>
    /// Registers the service's one <see cref="NpgsqlDataSource"/> from <c>ConnectionStrings:database</c>, with a check in <c>/health</c>.
    /// A service starts without its database; what needs it answers 503 GEN-0503 within seconds until it is there.
    /// </summary>
    /// <exception cref="InvalidOperationException">when the connection string is missing</exception>
    public static WebApplicationBuilder AddDatabase(this WebApplicationBuilder builder, string name = "database")
    {
        var text =
            builder.Configuration.GetConnectionString(name)
            ?? throw new InvalidOperationException($"ConnectionStrings:{name} is not configured.");
        var settings = new NpgsqlConnectionStringBuilder(text);
        // Fail fast unless the installation says otherwise; names of parameters never reach a log.
        if (!settings.ShouldSerialize("Timeout"))
        {
            settings.Timeout = 5;
        }

        // Planning a question over a year's partitions costs more than answering it. 0 in the connection string turns it off, as a pooler
        // that changes sessions between transactions wants.
        if (!settings.ShouldSerialize("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 64;
        }

        settings.ApplicationName ??= builder.Environment.ApplicationName;
        settings.IncludeErrorDetail = false;
        builder.Services.AddSingleton(services =>
        {
            var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            source.UseLoggerFactory(services.GetRequiredService<ILoggerFactory>());
            return source.Build();
        });
        builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database", timeout: TimeSpan.FromSeconds(5));
        return builder;
    }

    /// <summary>
    /// Runs <typeparamref name="TTask"/> once in the background after the start, and again with growing pauses while the database is
    /// away or not yet migrated. <c>/health</c> is unhealthy until it has run. It must be idempotent: every replica runs it.
    /// </summary>
    public static WebApplicationBuilder AddStartupTask<TTask>(this WebApplicationBuilder builder)
        where TTask : class, IStartupTask
    {
        builder.Services.AddSingleton<TTask>();
        builder.Services.AddSingleton<StartupTaskRunner<TTask>>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StartupTaskRunner<TTask>>());
        builder.Services.AddHealthChecks().AddCheck<StartupTaskRunner<TTask>>($"startup:{typeof(TTask).Name}");
        return builder;
    }

    private sealed class DatabaseCheck(NpgsqlDataSource database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = database.CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                return HealthCheckResult.Unhealthy(FaultMapping.IsDatabaseAway(exception) ? "away" : "failing");
            }
        }
    }
}
