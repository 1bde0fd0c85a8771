// App models for the tests of LocalHost; --scenario says which.
using Microsoft.Extensions.Configuration;
using TcmBrain.MachineServers;

var builder = DistributedApplication.CreateBuilder(args);
var journal = builder.Configuration["journal"] ?? "/dev/null";

switch (builder.Configuration["scenario"])
{
    case "servers":
        var postgres = builder.AddPostgres("postgres").WithDataVolume();
        var database = postgres.AddDatabase("one-db");
        var rabbit = builder.AddRabbitMQ("rabbitmq").WithManagementPlugin();
        var redis = builder.AddRedis("redis").WithPersistence();
        var job = Sample("job").WithArgs("job").WithReference(database).WaitFor(database).WaitFor(rabbit).WaitFor(redis);
        Sample("service")
            .WithHttpEndpoint(name: "http")
            .WithHttpHealthCheck("/health")
            .WithReference(database, "database")
            .WithReference(rabbit)
            .WithReference(redis)
            .WaitForCompletion(job);
        break;

    case "services":
        var key = builder.AddParameter("sample-key", secret: true);
        var given = builder.AddParameter("given", "a value");
        var back = Sample("back-end")
            .WithHttpEndpoint(name: "http")
            .WithHttpEndpoint(name: "grpc")
            .WithEndpoint("grpc", endpoint => endpoint.Transport = "http2")
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithEnvironment("Sample__Key", key)
            .WithEnvironment("Sample__Given", given)
            .WithReplicas(2);
        back.WithEnvironment("Endpoints__Grpc__Port", back.GetEndpoint("grpc").Property(EndpointProperty.TargetPort));
        Sample("front")
            .WithHttpEndpoint(port: builder.Configuration.GetValue<int?>("port"), name: "http")
            .WithHttpEndpoint(name: "own", env: "OWN_PORT")
            .WithExternalHttpEndpoints()
            .WithHttpHealthCheck("/health")
            .WithReference(back)
            .WaitFor(back);
        break;

    case "dies":
        var first = Sample("lives").WithHttpEndpoint().WithHttpHealthCheck("/health");
        Sample("mortal").WithArgs("die").WaitFor(first);
        break;

    case "circle":
        var one = Sample("one");
        var two = Sample("two").WaitFor(one);
        one.WaitFor(two);
        break;

    case "ports":
        Console.WriteLine("ports " + string.Join(' ', Enumerable.Range(0, 500).Select(_ => Ports.Free())));
        break;
}

builder.Build().Run();

IResourceBuilder<ProjectResource> Sample(string name) =>
    builder.AddProject<Projects.TcmBrain_Hosting_Sample>(name).WithEnvironment("SAMPLE_JOURNAL", journal);
