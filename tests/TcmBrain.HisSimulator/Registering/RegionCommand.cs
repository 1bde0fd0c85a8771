using System.CommandLine;

namespace TcmBrain.HisSimulator.Registering;

internal static class RegionCommand
{
    private const int DefaultSeed = 2026;

    public static Command Create()
    {
        var seed = new Option<int>("--seed") { Description = "The same seed, the same region", DefaultValueFactory = _ => DefaultSeed };
        var http = new Option<string?>("--http") { Description = "The gateway's HTTP address" };
        var command = new Command("seed", "Registers the region's institutions, people and consortia as the operator would") { seed, http };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                using var gateway = Gateway.From(arguments.GetValue(http), null);
                await new RegionSeeding(gateway, new RegionPlan(arguments.GetValue(seed))).RunAsync(cancellationToken);
                return 0;
            }
        );
        return new Command("region", "The region's register") { command };
    }
}
