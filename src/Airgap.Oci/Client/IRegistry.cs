using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>Returns repositories by name, in any registry.</summary>
public interface IRegistry
{
    /// <summary>A repository. Makes no request.</summary>
    IImageRepository GetRepository(RepositoryName name);

    /// <summary>
    /// A repository that is only read, as a source: through the mirrors of registries.conf, if configured. Sends no request.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RegistryBlocked"/>,
    /// <see cref="ErrorCode.InvalidRegistriesConf"/>.</exception>
    internal IImageRepository GetSource(RepositoryName name) => GetRepository(name);

    /// <summary>
    /// The number of 429, 502 and 503 responses to requests for blobs so far. A caller that sends many such requests at once reduces their
    /// number when it grows; the pace of other requests adapts below this seam.
    /// </summary>
    internal long LoadRefusals => 0;

    /// <summary>A registry's last reported quota of pulls; null for none.</summary>
    /// <param name="host">The registry, as in a reference.</param>
    internal PullQuota? FindPullQuota(string host) => null;

    /// <summary>
    /// The registry that is asked first for a source, and whose quota it takes: a mirror, where registries.conf names one.
    /// </summary>
    /// <param name="repository">The repository, as in a reference.</param>
    internal string PullHostOf(RepositoryName repository) => repository.Registry;

    /// <summary>The mirrors that supplied any of some content, in place of the repository that its reference names.</summary>
    /// <param name="repository">That repository.</param>
    /// <param name="content">The digests of manifests and blobs.</param>
    internal ImmutableArray<RepositoryName> FindMirrors(RepositoryName repository, IEnumerable<Digest> content) => [];

    /// <summary>True if a repository's registry is reached by plain http, without TLS.</summary>
    /// <param name="repository">The repository. Its registry is asked only if it may be reached so and was not asked before.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    internal ValueTask<bool> IsPlainHttpAsync(RepositoryName repository, CancellationToken cancellationToken) => new(false);

    /// <summary>The requests and bytes so far; zero if requests are not counted.</summary>
    internal RegistryStatistics Statistics => new();
}
