using System.Collections.Immutable;

namespace Airgap.Oci.Mirrors;

/// <summary>For which references a mirror is asked.</summary>
internal enum MirrorUse
{
    All,
    DigestOnly,
    TagOnly,
}

/// <summary>A place to read from.</summary>
/// <param name="Location">What stands in place of the prefix, without a scheme; empty to keep the reference.</param>
/// <param name="IsInsecure">True for plain http, and any certificate.</param>
/// <param name="Use">For which references.</param>
internal sealed record MirrorEndpoint(string Location, bool IsInsecure, MirrorUse Use = MirrorUse.All);

/// <summary>A <c>[[registry]]</c> of registries.conf.</summary>
/// <param name="Prefix">Host, or host and path, of the references it is for; <c>*.example.com</c> for all hosts below one.</param>
/// <param name="Own">Where the registry itself is.</param>
/// <param name="IsBlocked">True to refuse these references.</param>
/// <param name="Mirrors">Asked before the registry itself, in this order.</param>
internal sealed record RegistriesRule(string Prefix, MirrorEndpoint Own, bool IsBlocked, ImmutableArray<MirrorEndpoint> Mirrors)
{
    /// <summary>How much of a name the prefix covers; -1 for a name that it is not for.</summary>
    /// <param name="name">Host and path, Docker Hub as <c>docker.io</c>.</param>
    /// <remarks>
    /// Unlike in containers/image, <c>example.com</c> is not for <c>example.com:5000</c>, which its source calls unintended.
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
