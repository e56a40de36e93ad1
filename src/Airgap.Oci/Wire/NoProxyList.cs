using System.Globalization;
using System.Net;

namespace Airgap.Oci.Wire;

/// <summary>
/// The hosts of <c>NO_PROXY</c>, interpreted as by Go, and thus by imgpkg, docker and kubectl: a domain includes its
/// subdomains; one that begins with a dot or <c>*.</c> means only these; addresses may be networks (<c>10.0.0.0/8</c>);
/// a port restricts an entry to it; <c>*</c> matches everything. The runtime's own implementation supports only the
/// dot.
/// </summary>
internal sealed class NoProxyList
{
    private readonly List<(IPNetwork Network, int? Port)> _networks = [];
    private readonly List<(string Suffix, bool AlsoItself, int? Port)> _domains = [];
    private readonly bool _isAll;

    private NoProxyList(string value)
    {
        foreach (string entry in value.ToLowerInvariant()
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            _isAll |= entry == "*";
            Add(entry);
        }
    }

    /// <summary>Reads the variable's value. Malformed entries match no host.</summary>
    public static NoProxyList Parse(string? value) => new(value ?? "");

    /// <summary>True when no proxy is used for a host: a listed host, and always this machine.</summary>
    public bool Covers(Uri uri)
    {
        string host = uri.IdnHost.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        if (_isAll || host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal))
            return true;
        if (AddressOf(host) is { } address)
            return IPAddress.IsLoopback(address) || _networks.Any(one => IsPort(one.Port, uri) && one.Network.Contains(address));
        return _domains.Any(domain => IsPort(domain.Port, uri)
            && (host.EndsWith(domain.Suffix, StringComparison.Ordinal)
                || (domain.AlsoItself && host.AsSpan().SequenceEqual(domain.Suffix.AsSpan(1)))));
    }

    private void Add(string entry)
    {
        if (entry.Contains('/'))
        {
            if (IPNetwork.TryParse(entry, out IPNetwork network))
                _networks.Add((network, null));
            return;
        }

        (string host, int? port) = Split(entry);
        host = host.Trim('[', ']');
        if (AddressOf(host) is { } address)
        {
            _networks.Add((new IPNetwork(address, address.GetAddressBytes().Length * 8), port));
            return;
        }

        bool isSuffix = host.StartsWith("*.", StringComparison.Ordinal) || host.StartsWith('.');
        string name = host.TrimStart('*').Trim('.');
        if (name.Length == 0)
            return;
        try
        {
            name = new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            // It is kept as it is, and matches the same spelling.
        }

        _domains.Add(("." + name, !isSuffix, port));
    }

    private static (string Host, int? Port) Split(string entry)
    {
        int colon = entry.LastIndexOf(':');
        bool isPort = colon > 0 && (entry.IndexOf(':') == colon || entry[colon - 1] == ']');
        return isPort && int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? (entry[..colon], port) : (entry, null);
    }

    // The runtime parses "10.1" as an address; here it is a name.
    private static IPAddress? AddressOf(string text) =>
        (text.Contains(':') || text.Count(c => c == '.') == 3) && IPAddress.TryParse(text, out IPAddress? address)
            ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
            : null;

    private static bool IsPort(int? wanted, Uri uri) => wanted is null || wanted == uri.Port;
}
