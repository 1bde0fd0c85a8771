using Microsoft.Extensions.Configuration;

// The whole platform in one description. Aspire runs and publishes it; without Aspire, LocalHost compiles this very file.
var builder = DistributedApplication.CreateBuilder(args);
builder.AddDockerComposeEnvironment("compose");

var postgres = builder.AddPostgres("postgres", password: Secret("postgres-password")).WithDataVolume();
var rabbitmq = builder.AddRabbitMQ("rabbitmq", password: Secret("rabbitmq-password")).WithManagementPlugin().WithDataVolume();
var redis = builder.AddRedis("redis", password: Secret("redis-password")).WithDataVolume().WithPersistence();

// Databases, migrations and the broker's topology stand before any service runs.
var setup = builder.AddProject<Projects.TcmBrain_Setup>("setup").WithReference(rabbitmq).WaitFor(rabbitmq);

var institutions = Service<Projects.TcmBrain_Institutions>("institutions", grpc: true).WithEnvironment("Tokens__Key", Secret("token-key"));
var prescriptions = Service<Projects.TcmBrain_Prescriptions>("prescriptions", grpc: true)
    .WithEnvironment("PatientIdentity__Key", Secret("patient-identity-key"))
    .WithEnvironment("Notifications__PageAddress", PublicAddress())
    .WithReference(institutions)
    .WithReplicas(2);
var pharmacy = Service<Projects.TcmBrain_Pharmacy>("pharmacy", grpc: true).WithReference(institutions);
prescriptions.WithReference(pharmacy);
var decoction = Service<Projects.TcmBrain_Decoction>("decoction", grpc: true)
    .WithEnvironment("Records__SigningKey", Secret("record-signing-key"))
    .WithEnvironment("Delivery__PageAddress", PublicAddress())
    .WithReference(institutions)
    .WithReference(prescriptions);
var quality = Service<Projects.TcmBrain_Quality>("quality").WithReference(institutions);
var traceability = Service<Projects.TcmBrain_Traceability>("traceability")
    .WithEnvironment("Log__SigningKey", Secret("log-signing-key"))
    .WithReference(institutions);
var cockpit = Service<Projects.TcmBrain_Cockpit>("cockpit", grpc: true)
    .WithReference(redis)
    .WaitFor(redis)
    .WithReference(institutions)
    .WithReplicas(2);

var web = builder.AddViteApp("web", "../../services/Cockpit/web").WithReference(cockpit);
cockpit.PublishWithContainerFiles(web, "wwwroot");

// The one edge: health and metrics stay on the internal endpoint.
var gateway = builder
    .AddProject<Projects.TcmBrain_Gateway>("gateway")
    .WithHttpEndpoint(port: Port("TCM_HTTP_PORT", 8080), name: "http")
    .WithHttpEndpoint(port: Port("TCM_GRPC_PORT", 8081), name: "grpc")
    .WithExternalHttpEndpoints()
    .WithHttpEndpoint(name: "internal")
    .WithHttpHealthCheck("/health", endpointName: "internal");
Http2(gateway);
gateway.WithEnvironment("Endpoints__Internal__Port", gateway.GetEndpoint("internal").Property(EndpointProperty.TargetPort));
foreach (var service in new[] { institutions, prescriptions, pharmacy, decoction, quality, traceability, cockpit })
    gateway.WithReference(service).WaitFor(service);

builder.Build().Run();

// What every service has: its own database, the broker, health, and setup behind it.
IResourceBuilder<ProjectResource> Service<TProject>(string name, bool grpc = false)
    where TProject : IProjectMetadata, new()
{
    var database = postgres.AddDatabase($"{name}-db");
    setup.WithReference(database).WaitFor(database);
    var service = builder
        .AddProject<TProject>(name)
        .WithHttpEndpoint(name: "http")
        .WithHttpHealthCheck("/health", endpointName: "http")
        .WithReference(database, "database")
        .WithReference(rabbitmq)
        .WithEnvironment("Demo__Enabled", Demo() ? "true" : "false")
        .WaitFor(database)
        .WaitFor(rabbitmq)
        .WaitForCompletion(setup);
    return grpc ? Http2(service.WithHttpEndpoint(name: "grpc")) : service;
}

// HTTP/2 in clear text can't be negotiated: gRPC has an endpoint of its own, and the service is told which.
IResourceBuilder<ProjectResource> Http2(IResourceBuilder<ProjectResource> project) =>
    project
        .WithEndpoint("grpc", endpoint => endpoint.Transport = "http2")
        .WithEnvironment("Endpoints__Grpc__Port", project.GetEndpoint("grpc").Property(EndpointProperty.TargetPort));

IResourceBuilder<ParameterResource> Secret(string name) => builder.AddParameter(name, secret: true);

int Port(string variable, int usual) => builder.Configuration.GetValue(variable, usual);

// Sign-ins that everybody can read in this repository: where the platform is tried out, and never where it is published.
bool Demo() => builder.ExecutionContext.IsRunMode && builder.Configuration["TCM_DEMO"] != "off";

// Where patients find the web: what the codes on labels and the messages lead to.
string PublicAddress() => builder.Configuration["TCM_PUBLIC_ADDRESS"] ?? $"http://localhost:{Port("TCM_HTTP_PORT", 8080)}";
