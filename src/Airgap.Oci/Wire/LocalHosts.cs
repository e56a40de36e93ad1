using System.Net;
using System.Net.Sockets;

namespace Airgap.Oci.Wire;

/// <summary>Decides whether a host is this machine or on its network.</summary>
internal static class LocalHosts
{
    /// <summary>True for the registries that need no flag for plain http: imgpkg's list.</summary>
    /// <param name="host">A host without its port; brackets around an IPv6 address are accepted.</param>
    public static bool IsLocal(string host)
    {
        string name = Normalise(host);
        if (IsLocalhost(name) || name.EndsWith(".local", StringComparison.OrdinalIgnoreCase))
            return true;
        return IPAddress.TryParse(name, out IPAddress? address) && (IPAddress.IsLoopback(Unmap(address)) || IsRfc1918(Unmap(address)));
    }

    /// <summary>
    /// True for addresses that a registry on another network must not refer to: literal loopback, private, link-local
    /// and unspecified addresses, and localhost. Clouds serve instance credentials at a link-local address.
    /// </summary>
    public static bool IsInternal(string host)
    {
        string name = Normalise(host);
        if (IsLocalhost(name))
            return true;
        if (!IPAddress.TryParse(name, out IPAddress? literal))
            return false;
        IPAddress address = Unmap(literal);
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IsRfc1918(address))
            return true;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal;
        byte[] b = address.GetAddressBytes();
        return b[0] == 0 || (b[0] == 169 && b[1] == 254);
    }

    private static bool IsLocalhost(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static string Normalise(string host) => host.TrimStart('[').TrimEnd(']').TrimEnd('.');

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsRfc1918(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return false;
        byte[] b = address.GetAddressBytes();
        return b[0] == 10 || (b[0] == 172 && (b[1] & 0xF0) == 16) || (b[0] == 192 && b[1] == 168);
    }
}
