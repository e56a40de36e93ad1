using System.Collections.Concurrent;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Wire;

/// <summary>
/// The rate limits of all hosts: one in each direction for a host, for all its connections and however its name is spelled.
/// </summary>
internal sealed class HostRates(RegistryOptions options)
{
    private readonly ConcurrentDictionary<string, Lazy<HostRate?>> _byHost = new(StringComparer.Ordinal);

    /// <summary>The hosts that were asked for so far, by <see cref="NormalizedHost.Of"/>.</summary>
    public IEnumerable<string> Hosts => _byHost.Keys;

    /// <summary>The limits of a registry; null for none.</summary>
    public HostRate? Of(string registry) => _byHost.GetOrAdd(NormalizedHost.Of(registry), name => new(
        () => options.Rates.Of(name) is { } rate
        ? new HostRate(new ByteBucket(rate, options.TimeProvider, name), new ByteBucket(rate, options.TimeProvider, name)) : null)).Value;
}

/// <summary>The limits of one host.</summary>
/// <param name="Incoming">Limits the rate of bodies from this host, and of its bodies that other hosts store.</param>
/// <param name="Outgoing">Limits the rate of bodies to this host.</param>
internal sealed record HostRate(ByteBucket Incoming, ByteBucket Outgoing);
