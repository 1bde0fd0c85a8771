using System.CommandLine;
using System.Text;
using Npgsql;
using RabbitMQ.Client.Exceptions;
using Spectre.Console;
using TcmBrain.Operations.Beginning;
using TcmBrain.Operations.Cockpit;
using TcmBrain.Operations.Events;
using TcmBrain.Operations.Pharmacy;
using TcmBrain.Operations.Trace;
using TcmBrain.Operations.Verify;

namespace TcmBrain.Operations;

/// <summary><c>./tcm verify</c>, <c>./tcm events</c>, <c>./tcm pharmacy</c>, <c>./tcm trace</c>, <c>./tcm cockpit</c> and <c>./tcm bootstrap</c>.</summary>
internal static class EntryPoint
{
    private static async Task<int> Main(string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        if (Console.IsOutputRedirected)
        {
            // For a file or a pipe: no colours, and no terminal whose width to keep to.
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Width = 160;
        }

        var root = new RootCommand("Looks after a running platform")
        {
            VerifyCommand.Create(),
            EventsCommands.Create(),
            PharmacyCommands.Create(),
            TraceCommands.Create(),
            CockpitCommands.Create(),
            BootstrapCommand.Create(),
        };
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationsException e)
        {
            return Complain(e.Message);
        }
        catch (BrokerUnreachableException)
        {
            return Complain("消息服务器连不上。 RabbitMQ is not reachable.");
        }
        catch (OperationInterruptedException e)
        {
            return Complain($"消息服务器拒绝。 RabbitMQ refused: {e.ShutdownReason?.ReplyText ?? e.Message}");
        }
        catch (NpgsqlException e)
        {
            return Complain($"数据库出错。 The database failed: {e.Message}");
        }
        catch (TimeoutException e)
        {
            return Complain(e.Message);
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static int Complain(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return 1;
    }
}

/// <summary>What was asked cannot be done; the message is one sentence for the person at the terminal.</summary>
internal sealed class OperationsException(string message, Exception? inner = null) : Exception(message, inner);
