using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds what the gRPC reflection service needs.</summary>
    public static class GrpcReflectionServiceExtensions
    {
        /// <summary>Adds the gRPC reflection service. It tells of every service mapped by the time of the first call.</summary>
        public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.TryAddSingleton(provider => new ReflectionServiceImpl(
                MappedServices.Of(provider.GetRequiredService<EndpointDataSource>())
            ));
            return services;
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Maps the gRPC reflection service.</summary>
    public static class GrpcReflectionEndpointRouteBuilderExtensions
    {
        /// <summary>Maps <c>/grpc.reflection.v1.ServerReflection/*</c>.</summary>
        public static GrpcServiceEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder endpoints) =>
            endpoints.MapGrpcService<ReflectionServiceImpl>();
    }
}
