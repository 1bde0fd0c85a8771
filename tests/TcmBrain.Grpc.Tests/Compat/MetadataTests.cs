using System.Text;
using Grpc.Core;

namespace TcmBrain.Grpc.Tests.Compat;

public sealed class MetadataTests
{
    [Fact]
    public void Keys_are_kept_in_lower_case_and_found_in_any()
    {
        var metadata = new Metadata { { "TCM-Code", "PRX-0104" } };

        metadata.Single().Key.ShouldBe("tcm-code");
        metadata.GetValue("Tcm-Code").ShouldBe("PRX-0104");
        metadata.GetValue("absent").ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("colon:")]
    [InlineData("当归")]
    public void A_key_outside_the_alphabet_is_refused(string key) =>
        Should.Throw<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Fact]
    public void Only_keys_that_say_so_hold_bytes()
    {
        Should.Throw<ArgumentException>(() => new Metadata.Entry("key-bin", "text"));
        Should.Throw<ArgumentException>(() => new Metadata.Entry("key", [1]));
        Should.Throw<InvalidOperationException>(() => new Metadata.Entry("key-bin", [1]).Value);
        new Metadata.Entry("key", "text").ValueBytes.ShouldBe("text"u8.ToArray());
    }

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("key-bin", bytes);
        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        entry.ValueBytes.ShouldBe([1, 2]);
    }

    [Fact]
    public void Of_several_values_the_last_counts()
    {
        var metadata = new Metadata
        {
            { "key", "one" },
            { "other", "x" },
            { "key", "two" },
        };

        metadata.GetValue("key").ShouldBe("two");
        metadata.GetAll("key").Select(entry => entry.Value).ShouldBe(["one", "two"]);
    }

    [Fact]
    public void The_shared_empty_metadata_cannot_be_changed()
    {
        Metadata.Empty.IsReadOnly.ShouldBeTrue();
        Should.Throw<NotSupportedException>(() => Metadata.Empty.Add("key", "value"));
        Should.Throw<NotSupportedException>(() => Metadata.Empty.Clear());
        Metadata.Empty.Count.ShouldBe(0);
    }

    [Fact]
    public void It_is_a_list()
    {
        var first = new Metadata.Entry("first", "1");
        var metadata = new Metadata { { "second", "2" } };
        metadata.Insert(0, first);

        metadata[0].ShouldBeSameAs(first);
        metadata.IndexOf(first).ShouldBe(0);
        metadata.Remove(first).ShouldBeTrue();
        metadata.Contains(first).ShouldBeFalse();
        metadata.RemoveAt(0);
        metadata.ShouldBeEmpty();
        Should.Throw<ArgumentNullException>(() => metadata.Add(null!));
    }
}
