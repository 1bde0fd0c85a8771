using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.Releases;

internal static class ReleaseFeatures
{
    public static void AddReleases(this WebApplicationBuilder builder)
    {
        builder.AddStartupTask<ReleaseRefresh>();
        var services = builder.Services;
        services.AddSingleton<CurrentRelease>();
        services.AddSingleton<ReleaseStore>();
        services.AddSingleton<Replay>();
        services.AddHostedService(provider => provider.GetRequiredService<ReleaseRefresh>());
    }
}
