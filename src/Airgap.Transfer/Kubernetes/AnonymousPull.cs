using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Requests content of a mirror without credentials, like a cluster without a Secret.</summary>
internal static class AnonymousPull
{
    /// <summary>A warning if pulling requires credentials. Any other outcome means "unknown".</summary>
    /// <param name="options">The settings for registry access.</param>
    /// <param name="reference">The relocated bundle.</param>
    /// <param name="name">The PackageRepository.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Diagnostic?> FindRefusalAsync(
        RegistryOptions options, ImageReference reference, string name, CancellationToken cancellationToken)
    {
        try
        {
            using RegistryClient client = new(options, new CredentialChain([], null));
            // A registry may hide content to which it denies access.
            if (await client.GetRepository(reference.Repository).ResolveAsync(reference.Selector, cancellationToken) is not null)
                return null;
        }
        catch (AirgapException e) when (e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden)
        {
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            return null;
        }

        return new Diagnostic(
            ErrorCode.AnonymousPullRefused,
            $"{reference.Repository.Registry} does not serve {reference.Repository} without credentials, but the PackageRepository " +
            $"'{name}' names no Secret: a cluster fails with 'UNAUTHORIZED'.",
            "Name a Secret with the registry's credentials for the cluster, or allow anonymous pulls.")
        { Reference = reference.ToString() };
    }
}
