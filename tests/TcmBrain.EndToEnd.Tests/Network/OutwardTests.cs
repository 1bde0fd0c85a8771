using System.Globalization;
using System.Net;
using TcmBrain.Testing.Running;

namespace TcmBrain.EndToEnd.Tests.Network;

/// <summary>The platform speaks to itself and to who calls it; no package in it reports home.</summary>
public sealed class OutwardTests(Region region)
{
    [Fact]
    public async Task No_process_of_the_platform_has_a_connection_outward()
    {
        // Whatever connects lazily has done so after a day.
        (await region.DemoAsync()).ExitCode.ShouldBe(0);
        var processes = region.Platform.Left();
        processes.Count.ShouldBeGreaterThan(12, "all resources run");
        var sockets = new Dictionary<string, RunningProcess>();
        foreach (var process in processes)
        {
            foreach (var socket in SocketsOf(process.Id))
            {
                sockets[socket] = process;
            }
        }

        var seen = 0;
        var outward = new List<string>();
        foreach (var file in (string[])["/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"])
        {
            foreach (var line in (await File.ReadAllLinesAsync(file)).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (sockets.TryGetValue(fields[9], out var owner))
                {
                    seen++;
                    var peer = AddressOf(fields[2]);
                    if (!IPAddress.IsLoopback(peer) && !peer.Equals(IPAddress.Any) && !peer.Equals(IPAddress.IPv6Any))
                    {
                        outward.Add($"{owner.Name} ({owner.Id}) → {peer}");
                    }
                }
            }
        }

        seen.ShouldBeGreaterThan(40, "the platform's own connections are among those looked at");
        outward.ShouldBeEmpty();
    }

    /// <summary>The numbers of a process's sockets; its file descriptors are links like <c>socket:[12345]</c>.</summary>
    private static IEnumerable<string> SocketsOf(int process)
    {
        string[] descriptors;
        try
        {
            descriptors = Directory.GetFiles($"/proc/{process}/fd");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return descriptors
            .Select(descriptor =>
            {
                try
                {
                    return new FileInfo(descriptor).LinkTarget ?? "";
                }
                catch (IOException)
                {
                    return "";
                }
            })
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target["socket:[".Length..^1]);
    }

    /// <summary>The kernel prints an address as 32-bit words in the machine's order.</summary>
    private static IPAddress AddressOf(string text)
    {
        var hex = text.Split(':')[0];
        var bytes = new byte[hex.Length / 2];
        for (var word = 0; word < hex.Length / 8; word++)
        {
            BitConverter
                .GetBytes(uint.Parse(hex.AsSpan(word * 8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture))
                .CopyTo(bytes, word * 4);
        }

        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
