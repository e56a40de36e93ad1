using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Reads everything that a bundle, image, lock or archive names, and compares it with the digests and sizes that name it. A registry is
/// walked by separate code, which finds errors of the code that relocates; an archive is read by the reader that an import uses, so that an
/// archive without problems can also be imported. Changes nothing.
/// </summary>
/// <param name="registry">The registries, with their credentials. Archives need none.</param>
internal sealed class Verifier(IRegistry registry)
{
    /// <summary>Concurrent requests, 1 or more; as many as a transfer has at first.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// Verifies a bundle, an image, an archive, or the content of a lock file. Continues after a problem and lists them all.
    /// </summary>
    /// <param name="source">What to verify.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException">3xxx: the archive or the lock cannot be opened; 2xxx: the lock is malformed.</exception>
    public async Task<VerificationResult> VerifyAsync(RelocationSource source, CancellationToken cancellationToken)
    {
        if (source is RelocationSource.Archive archive)
        {
            if (!archive.Chain.IsEmpty)
                return await ChainAsync(archive, cancellationToken);
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
                    await Task.WhenAll(images.Images.Select(
                        locked => At(locked.Image, findings.Section()).VerifyAsync(mustBeBundle: false, cancellationToken)));
                    return file.Path;
                default:
                    throw new ArgumentException("Unknown source.", nameof(source));
            }
        }

        RepositoryVerifier At(ImageReference reference, Findings into) => new(hosts, blobs, walk, into, reference);
    }

    // Each archive is verified by itself; then all are planned together.
    private async Task<VerificationResult> ChainAsync(RelocationSource.Archive chain, CancellationToken cancellationToken)
    {
        Findings together = new();
        List<VerificationResult> each = [];
        foreach (string path in chain.Paths)
            each.Add(await VerifyAsync(chain with { Path = path, Chain = [] }, cancellationToken));
        DeltaNotes? left = null;
        if (each.TrueForAll(result => result.IsRight))
        {
            try
            {
                TransferPlan plan = await new ArchivePlanner(await AnyArchive.OpenAsync(chain, cancellationToken), new PlanOptions())
                    .PlanAsync(chain, cancellationToken);
                left = plan.SourceDelta;
            }
            catch (AirgapException e) when (!ImageFailures.EndsEveryRun(e.Code))
            {
                together.Add(e, chain.Path, null);
            }
        }

        VerificationResult found = together.Result(chain.ToString());
        return found with
        {
            Manifests = each.Sum(result => result.Manifests),
            Blobs = each.Sum(result => result.Blobs),
            Bytes = each.Sum(result => result.Bytes),
            Problems = [.. each.SelectMany(result => result.Problems), .. found.Problems],
            Delta = left,
            LeftOut = each.Max(result => result.LeftOut),
            AbsentLayers = each.Max(result => result.AbsentLayers),
            Warnings = [.. each.SelectMany(result => result.Warnings)],
        };
    }
}
