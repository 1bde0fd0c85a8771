namespace Grpc.Core;

/// <summary>TLS.</summary>
/// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
/// <param name="keyCertificatePair">The client's own certificate; null for none.</param>
/// <param name="verifyPeerCallback">A further check of the server; null for none.</param>
public sealed class SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    : ChannelCredentials
{
    /// <summary>TLS with the machine's trusted roots.</summary>
    public SslCredentials()
        : this(null, null, null) { }

    /// <summary>TLS with these roots in PEM.</summary>
    public SslCredentials(string? rootCertificates)
        : this(rootCertificates, null, null) { }

    /// <summary>TLS with these roots in PEM and a certificate of the client's own.</summary>
    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null) { }

    /// <summary>Trusted roots in PEM; null for the machine's.</summary>
    public string? RootCertificates { get; } = rootCertificates;

    /// <summary>The client's own certificate; null for none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; } = keyCertificatePair;

    internal override bool IsComposable => true;

    /// <inheritdoc/>
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state) =>
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, verifyPeerCallback);
}

/// <summary>A certificate and its private key.</summary>
public sealed class KeyCertificatePair
{
    /// <summary>A certificate chain and its private key, both in PEM.</summary>
    public KeyCertificatePair(string certificateChain, string privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateChain = certificateChain;
        PrivateKey = privateKey;
    }

    /// <summary>The chain in PEM, the leaf first.</summary>
    public string CertificateChain { get; }

    /// <summary>The private key in PEM.</summary>
    public string PrivateKey { get; }
}

/// <summary>Decides whether the server is who it should be.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);

/// <summary>The server, for one who decides on it.</summary>
/// <param name="targetName">The name it was called by.</param>
/// <param name="peerPem">Its certificate in PEM.</param>
public class VerifyPeerContext(string targetName, string peerPem)
{
    /// <summary>The name it was called by.</summary>
    public string TargetName { get; } = targetName;

    /// <summary>Its certificate in PEM.</summary>
    public string PeerPem { get; } = peerPem;
}
