using Grpc.AspNetCore.HealthChecks;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds what the gRPC health service needs.</summary>
    public static class GrpcHealthChecksServiceExtensions
    {
        /// <summary>Adds the gRPC health service and ASP.NET Core's health checks. May be called twice.</summary>
        public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services) => services.AddGrpcHealthChecks(_ => { });

        /// <summary>Adds the gRPC health service and ASP.NET Core's health checks. May be called twice.</summary>
        public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services, Action<GrpcHealthChecksOptions> configure)
        {
            ArgumentNullException.ThrowIfNull(services);
            ArgumentNullException.ThrowIfNull(configure);
            services.TryAddSingleton<HealthServiceImpl>();
            services.TryAddSingleton<HealthChecksService>();
            if (services.All(service => service.ImplementationType != typeof(HealthChecksPublisher)))
            {
                services.AddSingleton<IHealthCheckPublisher, HealthChecksPublisher>();
                services.Configure<GrpcHealthChecksOptions>(options => options.Services.Map("", _ => true));
            }

            services.Configure(configure);
            return services.AddHealthChecks();
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Maps the gRPC health service.</summary>
    public static class GrpcHealthChecksEndpointRouteBuilderExtensions
    {
        /// <summary>Maps <c>/grpc.health.v1.Health/*</c>.</summary>
        public static GrpcServiceEndpointConventionBuilder MapGrpcHealthChecksService(this IEndpointRouteBuilder endpoints) =>
            endpoints.MapGrpcService<HealthChecksService>();
    }
}
