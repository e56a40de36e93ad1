using Airgap.Oci.Registry;
using Airgap.Transfer.Planning;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Reads everything that a bundle, image or archive is made of, and compares it with the digests and sizes that name it. Shares neither
/// walk nor archive reader with what relocates, so that it can tell when those are wrong. Changes nothing.
/// </summary>
/// <param name="registry">The registries, with their credentials. Archives need none.</param>
public sealed class Verifier(IRegistry registry)
{
    /// <summary>Verifies a bundle, an image or an archive. Goes on after a problem and lists them all.</summary>
    /// <param name="source">What to verify; a lock is not taken.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Airgap.Oci.AirgapException">3xxx: the archive cannot be opened.</exception>
    public Task<VerificationResult> VerifyAsync(RelocationSource source, CancellationToken cancellationToken) => source switch
    {
        RelocationSource.Bundle bundle => new RepositoryVerifier(registry, bundle.Reference).VerifyAsync(mustBeBundle: true, cancellationToken),
        RelocationSource.Image image => new RepositoryVerifier(registry, image.Reference).VerifyAsync(mustBeBundle: false, cancellationToken),
        RelocationSource.Archive archive => new ArchiveVerifier(archive.Path).VerifyAsync(cancellationToken),
        _ => throw new ArgumentException("Only bundles, images and archives are verified.", nameof(source)),
    };
}
