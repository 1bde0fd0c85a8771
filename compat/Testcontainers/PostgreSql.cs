using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using TcmBrain.MachineServers.Postgres;

namespace Testcontainers.PostgreSql;

public sealed record PostgreSqlBuilder : MachineContainerBuilder<PostgreSqlBuilder, PostgreSqlContainer>
{
    public const ushort PostgreSqlPort = 5432;

    private string Database { get; init; } = "postgres";
    private string Username { get; init; } = "postgres";
    private string Password { get; init; } = "postgres";
    private IReadOnlyDictionary<string, string> Settings { get; init; } =
        new Dictionary<string, string> { ["shared_buffers"] = "64MB", ["max_wal_size"] = "1GB" };

    public PostgreSqlBuilder WithDatabase(string database) => this with { Database = database };

    public PostgreSqlBuilder WithUsername(string username) => this with { Username = username };

    public PostgreSqlBuilder WithPassword(string password) => this with { Password = password };

    /// <summary>Server settings as the image takes them: <c>"-c", "name=value"</c>, any number of times.</summary>
    /// <exception cref="NotSupportedException">Any other argument.</exception>
    public PostgreSqlBuilder WithCommand(params string[] command)
    {
        var settings = new Dictionary<string, string>(Settings);
        for (var i = 0; i < command.Length; i += 2)
        {
            if (command[i] != "-c" || i + 1 == command.Length || command[i + 1].Split('=', 2) is not [var name, var value])
                throw new NotSupportedException("only -c name=value is understood by the machine's own PostgreSQL");
            settings[name] = value;
        }
        return this with { Settings = settings };
    }

    public override PostgreSqlContainer Build() =>
        new(
            new PostgresServer(
                new PostgresOptions
                {
                    UserName = Username,
                    Password = Password,
                    Databases = [Database],
                    Settings = Settings,
                }
            ),
            Database
        );
}

public sealed class PostgreSqlContainer : MachineContainer
{
    private readonly PostgresServer server;
    private readonly string database;

    internal PostgreSqlContainer(PostgresServer server, string database)
        : base(server)
    {
        this.server = server;
        this.database = database;
    }

    /// <summary>For Npgsql, to the builder's database.</summary>
    public string GetConnectionString() => server.ConnectionString(database);

    private protected override int? Map(int containerPort) => containerPort == PostgreSqlBuilder.PostgreSqlPort ? server.Port : null;
}
