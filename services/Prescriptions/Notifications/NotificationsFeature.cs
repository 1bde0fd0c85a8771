using Microsoft.Extensions.Options;
using TcmBrain.Prescriptions.Custody;

namespace TcmBrain.Prescriptions.Notifications;

internal static class NotificationsFeature
{
    public static WebApplicationBuilder AddNotifications(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<NotificationSettings>().BindConfiguration("Notifications").ValidateDataAnnotations().ValidateOnStart();
        var settings = builder.Configuration.GetSection("Notifications").Get<NotificationSettings>() ?? new NotificationSettings();
        if (DaprBindingOutlet.Endpoint(settings, builder.Configuration) is { } sidecar)
        {
            builder.Services.AddHttpClient(
                nameof(DaprBindingOutlet),
                client => (client.BaseAddress, client.Timeout) = (sidecar, TimeSpan.FromSeconds(10))
            );
            builder.Services.AddSingleton<INotificationOutlet>(provider => new DaprBindingOutlet(
                provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(DaprBindingOutlet)),
                provider.GetRequiredService<IOptions<NotificationSettings>>(),
                provider.GetRequiredService<IConfiguration>()
            ));
        }
        else
        {
            builder.Services.AddSingleton<INotificationOutlet, RecordedOutbox>();
        }

        builder.Services.AddSingleton<CodeDesk>();
        builder.Services.AddHostedService<NotificationWorker>();
        return builder;
    }
}
