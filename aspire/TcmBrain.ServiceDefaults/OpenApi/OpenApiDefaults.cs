using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.OpenApi;

/// <summary>
/// Every service of the topology tells its HTTP contract as OpenAPI 3.1 at <c>/api/SERVICE/openapi.json</c>, to whoever is signed in. The same
/// documents are kept in <c>docs/contracts/openapi</c>; the web's typed clients are made of those.
/// </summary>
internal static class OpenApiDefaults
{
    private const string ProblemSchema = "Problem";
    private const string Token = "token";

    public static void Add(IServiceCollection services, string service)
    {
        if (Topology.Services.Any(known => known.Name == service))
        {
            services.AddSingleton(new ToldService(service));
            services.AddOpenApi(
                service,
                document =>
                {
                    document.AddDocumentTransformer((told, _, _) => Describe(told, service));
                    document.AddOperationTransformer(DescribeAsync);
                }
            );
        }
    }

    public static void Map(WebApplication app)
    {
        if (app.Services.GetService<ToldService>() is { } told)
        {
            // Only its own name: whatever else comes under /api is somebody else's.
            app.MapOpenApi($"/api/{{documentName:regex(^{told.Name}$)}}/openapi.json").RequireAuthorization();
        }
    }

    private static Task Describe(OpenApiDocument document, string service)
    {
        document.Info = new OpenApiInfo { Title = $"TcmBrain {service}", Version = "1" };
        // Where it runs is not part of the contract.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Token] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "ES256 access token of POST /oauth/token; browsers carry it in the cookie tcm_session.",
        };
        return Task.CompletedTask;
    }

    private static async Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(ProblemSchema) != true)
        {
            document.AddComponent(
                ProblemSchema,
                await context.GetOrCreateSchemaAsync(typeof(ProblemAnswer.Problem), cancellationToken: cancellationToken)
            );
        }

        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "A coded refusal (RFC 9457).",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(ProblemSchema, document) },
            },
        };
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            return;
        }

        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Token, document)] = [] }];
        var roles = metadata
            .OfType<AuthorizationPolicy>()
            .SelectMany(policy => policy.Requirements.OfType<RolesAuthorizationRequirement>())
            .Select(requirement => requirement.AllowedRoles)
            .ToList();
        if (roles.Count > 0)
        {
            // Every requirement must be met, each by one of its roles.
            var allowed = roles.Aggregate((a, b) => a.Intersect(b)).Order(StringComparer.Ordinal);
            operation.AddExtension("x-roles", new JsonNodeExtension(new JsonArray([.. allowed.Select(role => JsonValue.Create(role))])));
        }
    }

    private sealed record ToldService(string Name);
}
