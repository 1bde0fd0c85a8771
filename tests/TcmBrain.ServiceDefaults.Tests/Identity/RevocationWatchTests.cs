using Microsoft.Extensions.Logging.Abstractions;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Identity;

public sealed class RevocationWatchTests
{
    private sealed class News : IRevocationSource
    {
        public string Keys { get; set; } = "first";

        public Task<RevocationNews> FetchAsync(long after, CancellationToken cancellationToken) =>
            Task.FromResult(new RevocationNews(after, Keys, []));
    }

    private sealed class Source : ISigningKeySource
    {
        public string Kid { get; set; } = "withdrawn";

        public int FailuresToCome { get; set; }

        public Task<string> FetchAsync(CancellationToken cancellationToken) =>
            FailuresToCome-- > 0
                ? throw new HttpRequestException("away")
                : Task.FromResult($$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"{{Kid}}","x":"AA","y":"AA"}]}""");
    }

    [Fact]
    public async Task A_key_that_was_withdrawn_before_the_first_news_is_believed_no_longer_once_the_source_can_be_asked()
    {
        var source = new Source();
        using var keys = new SigningKeys(source, TimeProvider.System, NullLogger<SigningKeys>.Instance);
        (await keys.RefreshAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        keys.Find("withdrawn").ShouldNotBeEmpty();
        (source.Kid, source.FailuresToCome) = ("next", 1);

        using var watch = new RevocationWatch(
            new News(),
            new Revocations(TimeProvider.System),
            keys,
            TimeProvider.System,
            NullLogger<RevocationWatch>.Instance
        );
        await watch.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.Be(() => !keys.Find("withdrawn").Any(), "the withdrawn key is believed no longer");
        keys.Find("next").ShouldNotBeEmpty();
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_key_made_just_after_the_keys_were_fetched_unasked_is_looked_for_at_once()
    {
        var source = new Source { Kid = "old" };
        using var keys = new SigningKeys(source, TimeProvider.System, NullLogger<SigningKeys>.Instance);
        await keys.RefreshAsync(TestContext.Current.CancellationToken);
        source.Kid = "new";

        await keys.EnsureAsync("new", TestContext.Current.CancellationToken);

        keys.Find("new").ShouldNotBeEmpty();
    }
}
