using Npgsql;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Drilling;
using TcmBrain.Cockpit.Indicators;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Cockpit.Streaming;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Rpc;

namespace TcmBrain.Cockpit;

internal static class CockpitServices
{
    /// <summary>A fold costs about the same for ten events as for a thousand, and folds take turns: the more at once the better.</summary>
    public static void FoldManyAtOnce(ExchangeOptions options)
    {
        options.InboxBatch = 500;
        options.InboxConcurrency = 512;
        // They take turns: one waits with its events remembered while another commits; more would only make the batches smaller.
        options.InboxLanes = 2;
        // Streams are told at intervals anyway; gathered, the same events are fewer transactions.
        options.InboxPace = TimeSpan.FromMilliseconds(20);
    }

    public static WebApplicationBuilder AddCockpit(this WebApplicationBuilder builder)
    {
        builder.AddGrpcDefaults();
        var services = builder.Services;
        services.AddSingleton<InstitutionRegister>();
        services.AddSingleton<FactTail>();
        services.AddSingleton<LiveStore>();
        services.AddSingleton<CounterStore>();
        services.AddSingleton<RankingStore>();
        services.AddSingleton<FlowStore>();
        services.AddSingleton<HistoryStore>();
        services.AddSingleton<RecordStore>();
        services.AddSingleton(p => new LiveView(
            p.GetRequiredService<FactTail>(),
            p.GetRequiredService<LiveStore>(),
            p.GetRequiredService<NpgsqlDataSource>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<LiveView>>()
        ));
        services.AddSingleton(p => new Board(
            p.GetRequiredService<FactTail>(),
            p.GetRequiredService<LiveView>(),
            p.GetRequiredService<LiveStore>(),
            p.GetRequiredService<CounterStore>(),
            p.GetRequiredService<RankingStore>(),
            p.GetRequiredService<FlowStore>(),
            p.GetRequiredService<InstitutionRegister>(),
            p.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<EventPages>();
        services.AddSingleton<ResumePoint>();
        services.AddSingleton<Feeds>();
        services.AddSingleton<LiveStream>();
        services.AddSingleton<FeedGrpc>();
        services.AddSingleton<StreamGate>();
        services.AddSingleton(p => new Rebuild(p.GetRequiredService<NpgsqlDataSource>()));
        services.AddHostedService<Upgrade>();
        services.AddHostedService(p => p.GetRequiredService<FactTail>());
        services.AddHostedService(p => p.GetRequiredService<LiveView>());
        services.AddHostedService(p => p.GetRequiredService<Feeds>());
        services.AddHealthChecks().AddCheck<LiveView>("redis");
        services.AddResponseCompression(compression =>
            compression.MimeTypes = ["text/html", "text/javascript", "text/css", "image/svg+xml", "application/geo+json"]
        );
        builder.AddIndicators();
        return builder;
    }
}
