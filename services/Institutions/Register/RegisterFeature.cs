using System.Text;
using TcmBrain.Institutions.Consortia;
using TcmBrain.Institutions.History;
using TcmBrain.Institutions.Import;
using TcmBrain.Institutions.Practitioners;
using TcmBrain.Institutions.Regions;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Register;

/// <summary>The register with all that belongs to it: regions, institutions, practitioners, consortia.</summary>
internal static class RegisterFeature
{
    public static WebApplicationBuilder AddRegister(this WebApplicationBuilder builder)
    {
        // GB18030 is not among the encodings that are there by themselves.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        builder
            .Services.AddSingleton<Overview>()
            .AddSingleton<Importer>()
            .AddSingleton<InstitutionRegister>()
            .AddSingleton<PractitionerRegister>()
            .AddSingleton<ConsortiumRegister>()
            .AddSingleton<RegionRegister>();
        builder.AddStartupTask<Retelling>();
        return builder;
    }

    public static void MapRegister(this WebApplication app)
    {
        app.MapInstitutions();
        app.MapPractitioners();
        app.MapConsortia();
        app.MapRegions();
        app.MapHistory();
        app.MapImport();
    }
}
