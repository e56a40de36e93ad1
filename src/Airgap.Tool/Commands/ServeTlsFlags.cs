using System.CommandLine;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Airgap.Oci;
using Airgap.Registry.Tls;
using Airgap.Tool.CommandLine;

namespace Airgap.Tool.Commands;

/// <summary>The https settings of <c>serve</c>.</summary>
/// <param name="Certificate">The certificate; null for http.</param>
/// <param name="Authority">The self-signed certificate, in PEM, that clients must trust; null for none.</param>
internal sealed record ServeTls(ServerCertificate? Certificate, string? Authority) : IDisposable
{
    public void Dispose() => Certificate?.Dispose();
}

/// <summary>The flags of <c>serve</c> about https.</summary>
internal sealed class ServeTlsFlags
{
    private readonly Option<string?> _certificate =
        Flag.Text("--tls-cert", "FILE", "Certificate to serve https with, in PEM, followed by intermediate certificates");
    private readonly Option<string?> _key = Flag.Text("--tls-key", "FILE", "Its private key, in PEM");
    private readonly Option<bool> _selfSigned = Flag.Switch(
        "--tls-self-signed", "Serve https with a new self-signed certificate for the named hosts; the authority to trust follows the " +
        "address on " +
        "standard output");

    public Option[] All => [_certificate, _key, _selfSigned];

    /// <summary>Reads the flags, and the files they name.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.InvalidServerCertificate"/>, or a
    /// 3xxx code.</exception>
    public ServeTls Read(ParseResult parsed, IReadOnlyList<string> hosts, IPAddress listen)
    {
        string? certificate = parsed.GetText(_certificate);
        string? key = parsed.GetText(_key);
        bool selfSigned = parsed.GetValue(_selfSigned);
        if (certificate is null != key is null)
            throw new AirgapException(
                ErrorCode.InvalidArgument, "Only one of --tls-cert and --tls-key is given, but https needs both.", "Give both files.");
        if (selfSigned && certificate is not null)
            throw new AirgapException(
                ErrorCode.InvalidArgument, "--tls-self-signed and --tls-cert are both given, but only one certificate can be served.",
                "Give one of them.");
        if (certificate is not null)
            return new ServeTls(CertificateFiles.Read(certificate, key!, DateTimeOffset.UtcNow), null);
        if (!selfSigned)
            return new ServeTls(null, null);
        foreach (string host in hosts.Where(host => Uri.CheckHostName(host) != UriHostNameType.Dns))
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{host}' is not a host name.", "Write a DNS name: --host registry.corp.com.");
        (ServerCertificate made, string authority) = SelfSigned.Create(
            [.. hosts.Append("localhost").Distinct(StringComparer.OrdinalIgnoreCase)], AddressesOf(listen), DateTimeOffset.UtcNow);
        return new ServeTls(made, authority);
    }

    // A server that listens on all addresses is reachable at each of them.
    private static IPAddress[] AddressesOf(IPAddress listen)
    {
        IEnumerable<IPAddress> all = [IPAddress.Loopback, IPAddress.IPv6Loopback];
        if (!listen.Equals(IPAddress.Any) && !listen.Equals(IPAddress.IPv6Any))
            return [.. all.Append(listen).Distinct()];
        return
        [
            .. all.Concat(NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(one => one.GetIPProperties().UnicastAddresses)
                .Select(one => one.Address)
                .Where(address => address.AddressFamily is AddressFamily.InterNetwork || !address.IsIPv6LinkLocal)).Distinct(),
        ];
    }
}
