using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Tests whether a registry deletes manifests, by requesting the deletion of a manifest that does not exist.
/// </summary>
internal static class DeletionProbe
{
    /// <exception cref="AirgapException"><see cref="ErrorCode.DeletionUnsupported"/>, or the registry's refusal.</exception>
    public static async Task RequireAsync(IImageRepository repository, CancellationToken cancellationToken)
    {
        if (await repository.RemoveAsync(
            Digest.Compute(RandomNumberGenerator.GetBytes(32)).ToString(), null, cancellationToken) == RemovalResponse.Unsupported)
            throw Unsupported(repository);
    }

    /// <summary>The error for a registry that does not delete manifests.</summary>
    public static AirgapException Unsupported(IImageRepository repository) => new(
        ErrorCode.DeletionUnsupported,
        $"The registry {repository.Name.Registry} does not delete manifests of {repository.Name}; nothing was removed.",
        "Let it delete (docker-registry: REGISTRY_STORAGE_DELETE_ENABLED=true), or use the registry's own retention rules.")
    { Reference = repository.Name.ToString(), StatusCode = 405 };
}
