using Airgap.Oci.Naming;

namespace Airgap.Oci.Auth;

/// <summary>A place that may know a registry's credentials.</summary>
public interface ICredentialSource
{
    /// <summary>The source's name for a trace: <c>docker config</c>, <c>IMGPKG_REGISTRY_*</c>. Never a secret.</summary>
    internal string Description { get; }

    /// <summary>Searches for credentials.</summary>
    /// <returns>Null when this source has none for the repository, so that the next is asked.</returns>
    /// <exception cref="AirgapException">The source fails: <see cref="ErrorCode.CredentialHelper"/>,
    /// <see cref="ErrorCode.InvalidDockerConfig"/>.</exception>
    internal ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken);

    /// <summary>
    /// Tells the source that the registry no longer accepts its credentials: a source that caches the answer of a helper or a
    /// cloud asks again the next time. Does nothing by default.
    /// </summary>
    internal void Forget(RepositoryName repository)
    {
    }
}
