using System.Security.Cryptography;
using System.Text;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Tests.Log;

public sealed class CheckpointTests
{
    private static readonly string Seed = Convert.ToBase64String(SHA256.HashData("checkpoint tests"u8));

    [Fact]
    public void A_signed_head_is_read_back_by_whoever_has_only_the_verifier_key()
    {
        using var key = LogKey.FromSeed("example.com/log", Seed);
        using var verifier = LogKey.FromVerifierKey(key.VerifierKey);
        var head = new Checkpoint("example.com/log", 42, SHA256.HashData("root"u8));

        var note = head.Sign(key);

        note.ShouldStartWith($"example.com/log\n42\n{Convert.ToBase64String(head.RootHash)}\n\n— example.com/log ");
        var opened = Checkpoint.Open(note, verifier).ShouldNotBeNull();
        opened.TreeSize.ShouldBe(42);
        opened.RootHash.ShouldBe(head.RootHash);
        verifier.CanSign.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => verifier.Sign("x\n"));
    }

    [Fact]
    public void The_signature_is_plain_ECDSA_that_any_library_checks()
    {
        using var key = LogKey.FromSeed("example.com/log", Seed);
        var note = new Checkpoint("example.com/log", 1, SHA256.HashData("root"u8)).Sign(key);
        var line = Convert.FromBase64String(note.TrimEnd('\n').Split(' ')[^1]);

        using var other = ECDsa.Create();
        other.ImportSubjectPublicKeyInfo(key.PublicKey, out _);

        line.AsSpan(0, 4).SequenceEqual(SHA256.HashData(key.PublicKey).AsSpan(0, 4)).ShouldBeTrue();
        var text = note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)];
        other
            .VerifyData(Encoding.UTF8.GetBytes(text), line.AsSpan(4), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            .ShouldBeTrue();
    }

    [Fact]
    public void Nothing_of_a_signed_head_can_be_changed()
    {
        using var key = LogKey.FromSeed("example.com/log", Seed);
        var note = new Checkpoint("example.com/log", 42, SHA256.HashData("root"u8)).Sign(key);
        for (var i = 0; i < note.Length; i++)
        {
            var changed = note.ToCharArray();
            changed[i] = changed[i] == 'x' ? 'y' : 'x';
            Checkpoint.Open(new string(changed), key).ShouldBeNull($"character {i}");
        }

        Checkpoint.Open(note[..^1], key).ShouldBeNull();
        Checkpoint.Open("", key).ShouldBeNull();
    }

    [Theory]
    [InlineData("AA==", true)]
    [InlineData("AB==", false)]
    [InlineData("AAA=", true)]
    [InlineData("AAB=", false)]
    [InlineData("AAAA", true)]
    [InlineData("AA ==", false)]
    [InlineData("AA", false)]
    public void A_content_has_one_spelling(string text, bool accepted) => StrictBase64.TryDecode(text, out _).ShouldBe(accepted);

    [Fact]
    public void Signatures_of_unknown_keys_are_passed_over_and_do_not_suffice()
    {
        using var key = LogKey.FromSeed("example.com/log", Seed);
        using var witness = LogKey.FromSeed("witness.example", Convert.ToBase64String(SHA256.HashData("w"u8)));
        var head = new Checkpoint("example.com/log", 42, SHA256.HashData("root"u8));
        var witnessLine = witness.Sign(head.Text)[(head.Text.Length + 1)..];

        Checkpoint.Open(head.Sign(key) + witnessLine, key).ShouldNotBeNull();
        Checkpoint.Open(head.Text + "\n" + witnessLine, key).ShouldBeNull();
    }

    [Fact]
    public void A_head_of_another_log_is_not_one_of_this()
    {
        using var key = LogKey.FromSeed("example.com/log", Seed);
        Checkpoint.Open(key.Sign(new Checkpoint("example.com/other", 1, SHA256.HashData("r"u8)).Text), key).ShouldBeNull();
        Checkpoint.Open(key.Sign("example.com/log\n042\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"), key).ShouldBeNull();
        Checkpoint.Open(key.Sign("example.com/log\n42\nc2hvcnQ=\n"), key).ShouldBeNull();
    }

    [Fact]
    public void The_same_seed_gives_the_same_key_and_seeds_out_of_range_give_one_too()
    {
        using var one = LogKey.FromSeed("l", Seed);
        using var same = LogKey.FromSeed("l", Seed);
        one.VerifierKey.ShouldBe(same.VerifierKey);
        // Zero, and the largest number of 32 bytes, which is past the order of the group.
        using var zero = LogKey.FromSeed("l", Convert.ToBase64String(new byte[32]));
        using var largest = LogKey.FromSeed("l", Convert.ToBase64String(Enumerable.Repeat((byte)255, 32).ToArray()));
        zero.VerifierKey.ShouldNotBe(largest.VerifierKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    [InlineData("not base64")]
    public void A_seed_that_is_not_32_bytes_is_refused(string seed) => Should.Throw<ArgumentException>(() => LogKey.FromSeed("l", seed));

    [Theory]
    [InlineData("")]
    [InlineData("a+b")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+Ag==")]
    public void A_verifier_key_that_is_not_ours_to_use_is_refused(string key) =>
        Should.Throw<FormatException>(() => LogKey.FromVerifierKey(key));
}
