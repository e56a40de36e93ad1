using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Publishing;

/// <summary>Finds registry settings that had no effect in a run.</summary>
internal static class IdleAccess
{
    /// <summary>The warnings (<see cref="ErrorCode.RegistrySettingIdle"/>).</summary>
    /// <param name="clients">The clients of the run, also disposed ones.</param>
    /// <param name="rates">The rate limits, and their name in the front end; null if none were set.</param>
    /// <param name="conf">The name of the registries.conf setting in the front end; null if it was not set.</param>
    public static IEnumerable<Diagnostic> Find(
        IReadOnlyCollection<RegistryClient> clients, (ByteRates Rates, string Name)? rates, string? conf)
    {
        string[] hosts = [.. clients.SelectMany(client => client.Hosts).Distinct().Order(StringComparer.Ordinal)];
        if (rates is var (limits, name))
        {
            if (hosts.Length == 0)
                yield return Warning($"{name} had no effect: this run contacted no registry.", "Omit it.");
            foreach (string host in limits.ByRegistry.Keys.Order(StringComparer.Ordinal)
                .Where(host => hosts.Length > 0 && !hosts.Contains(NormalizedHost.Of(host), StringComparer.OrdinalIgnoreCase)))
                yield return Warning(
                    $"{name} had no effect for {host}: this run contacted {string.Join(", ", hosts)}.",
                    "Write the host as it is in references or in registries.conf, with its port, or omit it.");
        }

        if (conf is not null && !clients.Any(client => client.HasFoundSources))
            yield return Warning($"{conf} had no effect: this run read no source from a registry.", "Omit it.");
    }

    private static Diagnostic Warning(string message, string advice) => new(ErrorCode.RegistrySettingIdle, message, advice);
}
