using System.Net;
using System.Net.Sockets;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>
/// Where deliveries may go: http and https; in production not to addresses inside the platform's own network, whatever name leads there,
/// unless <c>Subscriptions:AllowPrivate</c> is true. Else anyone who may subscribe could make the service call what only it can reach.
/// </summary>
public sealed class DestinationRule(IConfiguration configuration, IHostEnvironment environment)
{
    private readonly bool allowPrivate = configuration.GetValue<bool?>("Subscriptions:AllowPrivate") ?? !environment.IsProduction();

    /// <summary>Whether it can be a destination at all; its addresses are looked at when it is called.</summary>
    public bool Admits(string? dest) =>
        Uri.TryCreate(dest, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0
        && (allowPrivate || !IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) || !IsPrivate(address));

    public SocketsHttpHandler Handler() =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectCallback = ConnectAsync,
        };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var open = addresses.Where(a => allowPrivate || !IsPrivate(a)).ToArray();
        if (open.Length == 0)
        {
            throw new HttpRequestException($"{context.DnsEndPoint.Host} is not to be called.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>64:ff9b::/96: an IPv4 address behind a translator (RFC 6052).</summary>
    private static readonly byte[] Nat64 = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

    private static bool IsPrivate(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (
            IPAddress.IsLoopback(address)
            || address.IsIPv6LinkLocal
            || address.IsIPv6UniqueLocal
            || address.IsIPv6SiteLocal
            || address.IsIPv6Multicast
        )
        {
            return true;
        }

        var bytes = address.GetAddressBytes();
        if (bytes.Length == 16 && bytes.AsSpan(0, 12).SequenceEqual(Nat64))
        {
            return IsPrivate(new IPAddress(bytes.AsSpan(12)));
        }

        return address.Equals(IPAddress.Any)
            || address.Equals(IPAddress.IPv6Any)
            || bytes.Length == 4
                && (
                    bytes[0] is 10 or 0 or >= 224
                    || bytes[0] == 172 && bytes[1] is >= 16 and < 32
                    || bytes[0] == 192 && (bytes[1] == 168 || bytes[1] == 0 && bytes[2] == 0)
                    || bytes[0] == 198 && bytes[1] is 18 or 19
                    || bytes[0] == 169 && bytes[1] == 254
                    || bytes[0] == 100 && bytes[1] is >= 64 and < 128
                );
    }
}
