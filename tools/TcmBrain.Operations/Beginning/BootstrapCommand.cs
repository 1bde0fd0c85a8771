using System.CommandLine;
using TcmBrain.Institutions.Accounts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Operations.Beginning;

/// <summary><c>bootstrap</c>: a production installation starts without any account; this makes the one that makes the others.</summary>
internal static class BootstrapCommand
{
    public static Command Create()
    {
        var code = Needed("--code", "统一社会信用代码 of the operating institution");
        var nameZh = Needed("--name-zh", "Its Chinese name");
        var nameEn = Needed("--name-en", "Its English name");
        var region = Needed("--region", "GB/T 2260 code of its region");
        var user = Needed("--user", "User name of the first operator");
        var displayName = Needed("--display-name", "The person's name");
        var stdin = new Option<bool>("--password-stdin")
        {
            Description = "Read the one-time password from standard input; else one is made and printed once",
        };
        var connection = new Option<string?>("--connection")
        {
            Description = "Connection string of the institutions database; else that of the running instance",
        };
        var data = new Option<string?>("--data") { Description = "Data folder of the instance" };
        var command = new Command("bootstrap", "初始化: the first operator of a new installation")
        {
            code,
            nameZh,
            nameEn,
            region,
            user,
            displayName,
            stdin,
            connection,
            data,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var asked = new BootstrapRequest(
                    parsed.GetValue(code)!,
                    parsed.GetValue(nameZh)!,
                    parsed.GetValue(nameEn)!,
                    parsed.GetValue(region)!,
                    parsed.GetValue(user)!,
                    parsed.GetValue(displayName)!,
                    parsed.GetValue(stdin) ? await Console.In.ReadLineAsync(cancellationToken) ?? "" : null
                );
                var oneTime = await RunAsync(parsed.GetValue(connection), parsed.GetValue(data), asked, cancellationToken);
                Console.WriteLine(
                    $"{asked.User} 是首位运维员, 首次登录须修改密码。 {asked.User} is the first operator and must change the password at the first sign-in."
                );
                if (oneTime is not null)
                {
                    Console.WriteLine($"一次性密码, 不再显示。 The one-time password, shown only here: {oneTime}");
                }

                return 0;
            }
        );
        return command;
    }

    private static async Task<string?> RunAsync(
        string? connection,
        string? data,
        BootstrapRequest asked,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (connection is not null)
            {
                return await Bootstrap.RunAsync(connection, asked, cancellationToken);
            }

            await using var instance = Instance.Find(data);
            return await Bootstrap.RunAsync(instance.ConnectionString("institutions"), asked, cancellationToken);
        }
        catch (FaultException refusal)
        {
            throw new OperationsException(
                string.Join(
                    '\n',
                    refusal.Faults.Select(f => $"{f.Code} {f.Field} {f.Zh} {f.En}".Replace("  ", " ", StringComparison.Ordinal))
                ),
                refusal
            );
        }
    }

    private static Option<string> Needed(string name, string description) => new(name) { Required = true, Description = description };
}
