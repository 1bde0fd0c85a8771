using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Outbox;
using TcmBrain.Institutions.Register;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Accounts;

/// <summary>The first operator of an installation.</summary>
/// <param name="Code">统一社会信用代码 of the operating institution; registered if it is not</param>
/// <param name="Password">null: a one-time password is made</param>
public sealed record BootstrapRequest(
    string Code,
    string NameZh,
    string NameEn,
    string RegionCode,
    string User,
    string DisplayName,
    string? Password
);

/// <summary>
/// What a new installation begins with: an institution that operates it, and one person who may sign in and make everybody else. Needs the
/// database only, not the running service, whose relay tells of the institution when it runs.
/// </summary>
public static class Bootstrap
{
    private const long OneAtATime = 0x7463_6d62_6f6f_7401;

    /// <returns>the one-time password, when none was given; it must be changed at the first sign-in, as a given one must</returns>
    /// <exception cref="FaultException">INS-0316 there is an operator; else every fault of the request, and nothing was made</exception>
    public static async Task<string?> RunAsync(string connectionString, BootstrapRequest asked, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var alone = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction))
        {
            alone.Parameters.Add(new NpgsqlParameter { Value = OneAtATime });
            await alone.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (
            var present = new NpgsqlCommand(
                "select exists (select from institutions.account where 'operator' = any (roles))",
                connection,
                transaction
            )
        )
        {
            if (await present.ExecuteScalarAsync(cancellationToken) is true)
            {
                throw InstitutionsFaults.OperatorExists.Exception();
            }
        }

        var time = TimeProvider.System;
        var user = new NewUser(asked.User, asked.DisplayName, asked.Code, [Roles.Operator], Password: asked.Password);
        var faults = new FaultList();
        AccountRules.CheckName(faults, user.Name, "user");
        AccountRules.CheckText(faults, user.DisplayName, "displayName", AccountRules.LongestDisplayName);
        if (asked.Password is { } password)
        {
            PasswordRules.Check(faults, password, asked.User, asked.DisplayName, "password");
        }

        faults.ThrowIfAny();
        await RegisterAsync(database, asked, time, cancellationToken);
        using var guard = new SignInGuard(database, time);
        var users = new UserAdministration(new AccountAdministration(database, guard, time), new AccountReading(database, time), guard);
        return await users.CreateAsync(asked.Code, user, Administrator.Bootstrap, cancellationToken);
    }

    private static async Task RegisterAsync(
        NpgsqlDataSource database,
        BootstrapRequest asked,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        // Nothing is sent from here: the event lies in the outbox until the service's own relay takes it.
        using var nobody = new RelaySignal();
        var exchange = new EventExchange(
            database,
            new ExchangeOptions { Service = Topology.Of("institutions"), Broker = "" },
            nobody,
            time
        );
        try
        {
            await new InstitutionRegister(exchange, database, time).RegisterAsync(
                new InstitutionRequest
                {
                    Code = asked.Code,
                    NameZh = asked.NameZh,
                    NameEn = asked.NameEn,
                    Kind = "operator",
                    RegionCode = asked.RegionCode,
                },
                Actor.Platform,
                cancellationToken
            );
        }
        catch (FaultException refusal) when (refusal.Code == InstitutionsFaults.CodeTaken.Code)
        {
            // An earlier attempt came this far. If it is something else than an operator, it cannot hold the role.
        }
    }
}
