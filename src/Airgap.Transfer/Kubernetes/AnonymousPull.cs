using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Asks a mirror as a cluster without a Secret does.</summary>
internal static class AnonymousPull
{
    /// <summary>A warning where pulling needs credentials. Any other outcome means "unknown".</summary>
    /// <param name="options">How the registry is reached.</param>
    /// <param name="reference">What is there.</param>
    /// <param name="name">The PackageRepository.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Diagnostic?> FindRefusalAsync(
        RegistryOptions options, ImageReference reference, string name, CancellationToken cancellationToken)
    {
        try
        {
            using RegistryClient client = new(options, new CredentialChain([], null));
            // A registry may hide what it would refuse.
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
            $"{reference.Repository.Registry} refuses to hand out {reference.Repository} without credentials, and the PackageRepository " +
            $"'{name}' names no Secret: a cluster answers 'UNAUTHORIZED'.",
            "Name a Secret with the registry's credentials for the cluster, or let everyone pull.")
        { Reference = reference.ToString() };
    }
}
