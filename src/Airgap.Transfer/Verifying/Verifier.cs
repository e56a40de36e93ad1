using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Reads everything that a bundle, image, lock or archive names, and compares it with the digests and sizes that name it. A registry is walked by a walk
/// of its own, so that it finds errors of the one that relocates; an archive is read by the reader that imports it, so that what is passed here is
/// imported there. Changes nothing.
/// </summary>
/// <param name="registry">The registries, with their credentials. Archives need none.</param>
internal sealed class Verifier(IRegistry registry)
{
    /// <summary>Concurrent requests, 1 or more; as many as a transfer has at first.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Verifies a bundle, an image, an archive, or what a lock file names. Goes on after a problem and lists them all.</summary>
    /// <param name="source">What to verify.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException">3xxx: the archive or the lock cannot be opened; 2xxx: the lock is malformed.</exception>
    public async Task<VerificationResult> VerifyAsync(RelocationSource source, CancellationToken cancellationToken)
    {
        if (source is RelocationSource.Archive archive)
        {
            ArchiveFile file = await PartFinder.FindAsync(archive.Path, archive.PartsIn, cancellationToken);
            return await LayoutFiles.IsLayoutAsync(file, cancellationToken)
                ? await new LayoutVerifier(file).VerifyAsync(cancellationToken)
                : await new ArchiveVerifier(file).VerifyAsync(cancellationToken);
        }

        Findings findings = new();
        using VerifiedHosts hosts = new(registry, Math.Max(1, Concurrency));
        BlobHasher blobs = new(hosts, findings);
        ManifestWalk walk = new(hosts, blobs, findings);
        string target = await PlanAsync();
        await blobs.RunAsync(cancellationToken);
        return findings.Result(target);

        async Task<string> PlanAsync()
        {
            switch (source)
            {
                case RelocationSource.Bundle bundle:
                    return (await At(bundle.Reference, findings).VerifyAsync(mustBeBundle: true, cancellationToken)).ToString();
                case RelocationSource.Image image:
                    return (await At(image.Reference, findings).VerifyAsync(mustBeBundle: false, cancellationToken)).ToString();
                case RelocationSource.Lock file when LockFile.Read(file.Path) is LockFileContent.OfBundle { Lock: var bundle }:
                    RepositoryVerifier verifier = At(bundle.Image, findings);
                    ImageReference found = await verifier.VerifyAsync(mustBeBundle: true, cancellationToken);
                    if (bundle.Tag.Length > 0)
                        await verifier.TagAsync(bundle.Tag, cancellationToken);
                    return found.ToString();
                case RelocationSource.Lock file when LockFile.Read(file.Path) is LockFileContent.OfImages { Lock: var images }:
                    await Task.WhenAll(images.Images.Select(locked => At(locked.Image, findings.Section()).VerifyAsync(mustBeBundle: false, cancellationToken)));
                    return file.Path;
                default:
                    throw new ArgumentException("Unknown source.", nameof(source));
            }
        }

        RepositoryVerifier At(ImageReference reference, Findings into) => new(hosts, blobs, walk, into, reference);
    }
}
