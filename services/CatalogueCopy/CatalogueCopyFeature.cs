using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.CatalogueCopy;

/// <summary>
/// A service's own copy of the catalogue that pharmacists publish (<c>./tcm knowledge</c>), so that a piece that a release adds can be stocked,
/// dispensed, decocted and tested without another build. The service's schema holds the table <c>catalogue_copies</c>.
/// </summary>
public static class CatalogueCopyFeature
{
    public static WebApplicationBuilder AddCatalogueCopy(this WebApplicationBuilder builder, string schema)
    {
        builder.AddStartupTask<CatalogueRefresh>();
        builder.Services.AddSingleton(new CatalogueSchema(schema));
        builder.Services.AddSingleton<CurrentCatalogue>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CatalogueRefresh>());
        return builder;
    }

    public static ExchangeBuilder KeepCatalogue(this ExchangeBuilder exchange) => exchange.Handle<CataloguePublished, KeepCatalogue>();
}
