using System.Collections.Immutable;

namespace Airgap.Oci.Mirrors;

/// <summary>The references that a mirror serves.</summary>
internal enum MirrorUse
{
    All,
    DigestOnly,
    TagOnly,
}

/// <summary>A location to read from: a mirror, or the registry itself.</summary>
/// <param name="Location">What replaces the prefix, without a scheme; empty to keep the reference.</param>
/// <param name="IsInsecure">True to allow plain http and any certificate.</param>
/// <param name="Use">The references that it serves.</param>
internal sealed record MirrorEndpoint(string Location, bool IsInsecure, MirrorUse Use = MirrorUse.All);

/// <summary>A <c>[[registry]]</c> of registries.conf.</summary>
/// <param name="Prefix">The host, or host and path, of the references concerned; <c>*.example.com</c> for all subdomains.</param>
/// <param name="Own">The registry itself.</param>
/// <param name="IsBlocked">True to refuse these references.</param>
/// <param name="Mirrors">The mirrors, which are tried before the registry itself, in this order.</param>
internal sealed record RegistriesRule(string Prefix, MirrorEndpoint Own, bool IsBlocked, ImmutableArray<MirrorEndpoint> Mirrors)
{
    /// <summary>The length of the prefix in a name; -1 if it does not match.</summary>
    /// <param name="name">Host and path, Docker Hub as <c>docker.io</c>.</param>
    /// <remarks>
    /// Unlike in containers/image, <c>example.com</c> does not match <c>example.com:5000</c>; its source calls that match unintended.
    /// </remarks>
    public int Covers(string name)
    {
        if (Prefix.StartsWith("*.", StringComparison.Ordinal))
        {
            int slash = name.IndexOf('/', StringComparison.Ordinal);
            ReadOnlySpan<char> host = slash < 0 ? name : name.AsSpan(0, slash);
            int port = host.IndexOf(':');
            host = port < 0 ? host : host[..port];
            return host.EndsWith(Prefix.AsSpan(1), StringComparison.OrdinalIgnoreCase) ? host.Length : -1;
        }

        return name.StartsWith(Prefix, StringComparison.Ordinal) && (name.Length == Prefix.Length || name[Prefix.Length] == '/')
            ? Prefix.Length : -1;
    }
}
