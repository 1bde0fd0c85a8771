using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions.Practitioners;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Demo;

internal static class DemoFeature
{
    public static WebApplicationBuilder AddDemo(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetValue<bool>("Demo:Enabled"))
        {
            builder.Services.AddSingleton<DemoAccounts>();
            builder.AddStartupTask<DemoSeeding>();
        }

        return builder;
    }
}

/// <summary>Registers the demo region the way its owners would: by the register's own rules, with the events that tell of it. Idempotent.</summary>
internal sealed class DemoSeeding(
    InstitutionRegister institutions,
    PractitionerRegister practitioners,
    DemoAccounts accounts,
    NpgsqlDataSource database
) : IStartupTask
{
    private const long SeedingLock = 0x7463_6d64_656d_6f01;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // One replica seeds, the others wait and then find everything there.
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var once = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction))
        {
            once.Parameters.Add(new NpgsqlParameter { Value = SeedingLock });
            await once.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var demo in DemoRegion.Institutions)
        {
            await UnlessTaken(
                institutions.RegisterAsync(
                    new InstitutionRequest
                    {
                        Code = demo.Code,
                        NameZh = demo.NameZh,
                        NameEn = demo.NameEn,
                        Kind = demo.Kind,
                        Level = demo.Level,
                        RegionCode = demo.RegionCode,
                        Longitude = demo.Longitude,
                        Latitude = demo.Latitude,
                        LicenceNumber = demo.LicenceNumber,
                        LicenceExpiresOn = demo.LicenceExpiresOn,
                    },
                    Actor.Platform,
                    cancellationToken
                )
            );
        }

        foreach (var demo in DemoRegion.Practitioners)
        {
            await UnlessTaken(
                practitioners.RegisterAsync(
                    new PractitionerRequest
                    {
                        Code = demo.Code,
                        InstitutionCode = demo.InstitutionCode,
                        Name = demo.Name,
                        Category = demo.Category,
                        Discipline = demo.Title.Contains("中医", StringComparison.Ordinal) ? "tcm" : null,
                        Title = demo.Title,
                        MayPrescribeToxic = demo.MayPrescribeToxic,
                        MayPrescribeNarcotic = demo.MayPrescribeNarcotic,
                    },
                    Actor.Platform,
                    cancellationToken
                )
            );
        }

        await accounts.SeedAsync(cancellationToken);
    }

    private static async Task UnlessTaken(Task registering)
    {
        try
        {
            await registering;
        }
        catch (FaultException refusal) when (refusal.Code == InstitutionsFaults.CodeTaken.Code)
        {
            // Seeded at an earlier start.
        }
    }
}
