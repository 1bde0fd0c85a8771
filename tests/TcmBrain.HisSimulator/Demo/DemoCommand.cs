using System.CommandLine;
using TcmBrain.HisSimulator.His;

namespace TcmBrain.HisSimulator.Demo;

internal static class DemoCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many prescriptions", DefaultValueFactory = _ => 50 };
        var seed = new Option<int?>("--seed") { Description = "A fixed seed; else every run is a new day" };
        var http = new Option<string?>("--http") { Description = "The gateway's HTTP address" };
        var grpc = new Option<string?>("--grpc") { Description = "The gateway's gRPC address" };
        var command = new Command("demo", "A day of the region, from the hospitals to the patients") { count, seed, http, grpc };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var prescriptions = arguments.GetValue(count);
                if (prescriptions is < 1 or > 100_000)
                {
                    throw new SimulatorException("--count is 1 to 100000.");
                }

                using var gateway = Gateway.From(arguments.GetValue(http), arguments.GetValue(grpc));
                return await new DemoDay(gateway, prescriptions, arguments.GetValue(seed) ?? HisCommands.NewSeed()).RunAsync(
                    cancellationToken
                );
            }
        );
        return command;
    }
}
