using System.CommandLine;
using Grpc.Core;
using TcmBrain.HisSimulator;
using TcmBrain.HisSimulator.Demo;
using TcmBrain.HisSimulator.His;
using TcmBrain.HisSimulator.Knowledge;
using TcmBrain.HisSimulator.Registering;

var root = new RootCommand("A hospital on the command line, a day of the region, and the audit's releases")
{
    HisCommands.Create(),
    DemoCommand.Create(),
    RegionCommand.Create(),
    KnowledgeCommands.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (SimulatorException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (RpcException e)
{
    Console.Error.WriteLine($"{e.StatusCode}: {e.Status.Detail}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
