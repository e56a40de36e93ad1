
using Airgap.Oci.Naming;

namespace Airgap.Oci.Auth;

/// <summary>A place that may know a registry's credentials.</summary>
public interface ICredentialSource
{
    /// <summary>What the source is, for a trace: <c>docker config</c>, <c>IMGPKG_REGISTRY_*</c>. Never a secret.</summary>
    string Description { get; }

    /// <summary>Looks for credentials.</summary>
    /// <returns>Null when this source has none for the repository, so that the next is asked.</returns>
    /// <exception cref="AirgapException">A source that should answer and cannot: <see cref="ErrorCode.CredentialHelper"/>, <see cref="ErrorCode.InvalidDockerConfig"/>.</exception>
    ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken);

    /// <summary>
    /// Tells the source that the registry takes no longer what it gave: a source that keeps what it was told, by a helper or a
    /// cloud whose credentials end, asks anew the next time. Nothing by default.
    /// </summary>
    void Forget(RepositoryName repository)
    {
    }
}
