using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Wire;

/// <summary>The maximum rates of bodies in each direction, in bytes per second, by registry.</summary>
/// <param name="Everywhere">The limit of each registry without one of its own; null for none.</param>
/// <param name="ByRegistry">Limits of single registries, by <see cref="NormalizedHost.Of"/>.</param>
internal sealed record ByteRates(long? Everywhere, ImmutableDictionary<string, long> ByRegistry)
{
    /// <summary>No limits.</summary>
    public static ByteRates None { get; } = new(null, ImmutableDictionary.Create<string, long>(StringComparer.OrdinalIgnoreCase));

    /// <summary>The limit for a registry; null for none.</summary>
    public long? Of(string registry) => ByRegistry.TryGetValue(NormalizedHost.Of(registry), out long own) ? own : Everywhere;
}
