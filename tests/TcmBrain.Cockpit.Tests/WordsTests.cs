using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Tests;

public sealed class WordsTests
{
    [Fact]
    public void A_word_that_comes_again_is_the_string_that_was_kept()
    {
        var code = Word("91330100MA00000001");
        Words.Same(code).ShouldBeSameAs(code);
        Words.Same(Word("91330100MA00000001")).ShouldBeSameAs(code);
    }

    [Fact]
    public async Task Whatever_is_asked_for_comes_back_equal_from_any_thread_however_many_words_there_are()
    {
        await Parallel.ForAsync(
            0,
            200_000,
            (i, _) =>
            {
                var word = Word("word " + i % 50_000);
                Words.Same(word).ShouldBe(word);
                return ValueTask.CompletedTask;
            }
        );
        Words.Same("").ShouldBe("");
        Words.Same(new string('长', 5000)).Length.ShouldBe(5000);
    }

    /// <summary>Never a string that the compiler keeps.</summary>
    private static string Word(string text) => new([.. text]);
}
