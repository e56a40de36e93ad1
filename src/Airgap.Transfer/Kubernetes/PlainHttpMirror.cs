using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Finds a mirror without TLS from which kapp-controller does not fetch.</summary>
internal static class PlainHttpMirror
{
    /// <summary>
    /// A warning if the mirror was reached by plain http under a name for which kapp-controller demands TLS. kapp-controller's list of
    /// local names is imgpkg's.
    /// </summary>
    /// <param name="registry">The registries.</param>
    /// <param name="mirror">The repository that the PackageRepository names.</param>
    /// <param name="name">The PackageRepository.</param>
    /// <param name="cancellationToken">Ends the request, which is sent only if the registry was not asked before.</param>
    public static async Task<Diagnostic?> FindProblemAsync(
        IRegistry registry, RepositoryName mirror, string name, CancellationToken cancellationToken) =>
        LocalHosts.IsLocal(new Uri($"https://{mirror.Registry}/").IdnHost)
            || !await registry.IsPlainHttpAsync(mirror, cancellationToken)
            ? null
            : new Diagnostic(
                ErrorCode.ClusterNeedsTls,
                $"{mirror.Registry} speaks plain http, and the PackageRepository '{name}' names it: kapp-controller fetches by plain http " +
                "only from localhost, 127.0.0.0/8, private networks and *.local, so a cluster fails with 'server gave HTTP response to " +
                "HTTPS client'.",
                $"Give {mirror.Registry} TLS.")
            { Reference = mirror.ToString() };
}
