using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.Reflection;

/// <summary>The descriptors of the gRPC services that an application has mapped.</summary>
internal static class MappedServices
{
    public static IReadOnlyList<ServiceDescriptor> Of(EndpointDataSource endpoints) =>
        [
            .. endpoints
                .Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
                .OfType<Type>()
                .Distinct()
                .Select(Descriptor)
                .OfType<ServiceDescriptor>()
                .DistinctBy(service => service.FullName),
        ];

    /// <summary>The descriptor in the generated class that the service binds by; null for a service written by hand.</summary>
    private static ServiceDescriptor? Descriptor(Type serviceType) =>
        serviceType
            .GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)
            ?.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)
            ?.GetValue(null) as ServiceDescriptor;
}
