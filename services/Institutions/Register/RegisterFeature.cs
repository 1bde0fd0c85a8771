using TcmBrain.Institutions.Consortia;
using TcmBrain.Institutions.Practitioners;
using TcmBrain.Institutions.Regions;

namespace TcmBrain.Institutions.Register;

/// <summary>The register with all that belongs to it: regions, institutions, practitioners, consortia.</summary>
internal static class RegisterFeature
{
    public static WebApplicationBuilder AddRegister(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddSingleton<InstitutionRegister>()
            .AddSingleton<PractitionerRegister>()
            .AddSingleton<ConsortiumRegister>()
            .AddSingleton<RegionRegister>();
        return builder;
    }

    public static void MapRegister(this WebApplication app)
    {
        app.MapInstitutions();
        app.MapPractitioners();
        app.MapConsortia();
        app.MapRegions();
    }
}
