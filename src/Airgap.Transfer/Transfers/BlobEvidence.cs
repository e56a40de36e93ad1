using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Proves that a repository has the blobs that its manifests refer to.</summary>
/// <remarks>
/// A registry accepts a manifest only after its blobs, but may lose a blob later and keep the manifest: through a file
/// lost from the storage, or a garbage collection concurrent with a push. So no blob counts as present because its
/// manifest is: each distinct blob costs one HEAD, all in parallel, as in docker, skopeo and imgpkg, and one round trip
/// more than trusting manifests. A HEAD is the registry's own claim. docker-registry with its descriptor cache keeps
/// claiming a blob, even for mounts, after its bytes are lost, and no HEAD detects a flipped bit:
/// <see cref="TransferOptions.Repair"/> therefore reads every byte.
/// </remarks>
/// <param name="repository">The destination.</param>
/// <param name="reads">True to read the bytes, false to only check that they exist.</param>
/// <param name="concurrency">The number of concurrent requests.</param>
/// <param name="observer">Receives details for the log.</param>
internal sealed class BlobEvidence(IImageRepository repository, bool reads, int concurrency, ITransferObserver observer)
{
    /// <summary>True to check for hundreds at once, with requests that the registry must refuse.</summary>
    public bool AsksInBulk { get; set; }

    /// <summary>Finds the blobs that the repository does not have.</summary>
    public async Task<IReadOnlyCollection<Digest>> FindMissingAsync(IEnumerable<Descriptor> blobs, CancellationToken cancellationToken)
    {
        ConcurrentBag<Digest> missing = [];
        Descriptor[] all = [.. blobs];
        IReadOnlySet<Digest> present = await FindPresentAsync(all, cancellationToken);
        await Parallel.ForEachAsync(
            all.Where(blob => !present.Contains(blob.Digest)),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, concurrency), CancellationToken = cancellationToken },
            async (blob, token) =>
            {
                if (!await HasAsync(blob, token))
                    missing.Add(blob.Digest);
            });
        return missing;
    }

    /// <summary>
    /// The blobs that the registry reported as present in a request for many; empty if their bytes are read. The others may be present,
    /// too.
    /// </summary>
    public async Task<IReadOnlySet<Digest>> FindPresentAsync(IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken)
    {
        if (reads)
            return IImageRepository.NonePresent;
        IReadOnlySet<Digest> present = await repository.FindPresentAsync(blobs, cancellationToken);
        return AsksInBulk && present.Count < blobs.Count
            ? new HashSet<Digest>([
                .. present,
                .. await AskInBulkAsync([.. blobs.Where(blob => !present.Contains(blob.Digest))], areManifests: false, cancellationToken)])
            : present;
    }

    /// <summary>
    /// The manifests that the registry reported as present in a request for many; empty without such requests. The others may be present,
    /// too.
    /// </summary>
    public Task<IReadOnlySet<Digest>> FindPresentManifestsAsync(
        IReadOnlyCollection<Descriptor> manifests, CancellationToken cancellationToken) =>
        AsksInBulk && !reads ? AskInBulkAsync(manifests, areManifests: true, cancellationToken)
            : Task.FromResult(IImageRepository.NonePresent);

    private async Task<IReadOnlySet<Digest>> AskInBulkAsync(
        IReadOnlyCollection<Descriptor> content, bool areManifests, CancellationToken cancellationToken)
    {
        IReadOnlySet<Digest> present = await repository.AskInBulkAsync(content, areManifests, cancellationToken);
        if (present.Count > 0)
            observer.Detail(
                $"{repository.Name} reports, in a request for many, that it has {present.Count} of {content.Count} " +
                $"{(areManifests ? "manifests" : "blobs")}.");
        return present;
    }

    /// <summary>
    /// True if the registry reports a blob as present or, if bytes are read, returned the right ones.
    /// </summary>
    public Task<bool> HasAsync(Descriptor blob, CancellationToken cancellationToken) =>
        reads ? GivesAsync(blob, cancellationToken) : SaysAsync(blob, cancellationToken);

    /// <summary>Verifies that a blob that replaces a damaged one is present.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DestinationDamaged"/>: the registry accepted the bytes
    /// but kept the old ones.</exception>
    public async Task RequireAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (!await HasAsync(blob, cancellationToken))
            throw Damaged(repository.Name, blob.Digest);
    }

    /// <summary>The failure of content that stays damaged although it was sent again.</summary>
    public static AirgapException Damaged(RepositoryName repository, Digest digest) => new(
        ErrorCode.DestinationDamaged,
        $"{repository}@{digest} was sent again and accepted, but the registry still does not return it undamaged.",
        "The registry keeps the damaged file under this digest and accepts no other. Remove the digest from its storage, or " +
        "garbage-collect it there, and relocate again with repair.")
    { Reference = repository.ToString(), Digest = digest.ToString() };

    private async Task<bool> SaysAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        try
        {
            if (await repository.HasBlobAsync(blob, cancellationToken))
                return true;
        }
        catch (AirgapException e) when (IsAboutTheBlob(e))
        {
            observer.Detail($"{repository.Name} does not report whether it has {blob.Digest}: {e.Message}");
        }

        // Some registries do not answer a HEAD for a blob: a missing response does not prove that it is missing.
        try
        {
            await using Stream opened = await repository.GetBlob(blob.AsStored).OpenAsync(0, cancellationToken);
            return true;
        }
        catch (AirgapException e) when (IsAboutTheBlob(e))
        {
            observer.Detail($"{repository.Name} has a manifest that refers to {blob.Digest}, but not the blob: {e.Message}");
            return false;
        }
    }

    private async Task<bool> GivesAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.GetBlob(blob.AsStored).ReadWholeAsync(
                async (stream, token) =>
                {
                    await stream.CopyToAsync(Stream.Null, token);
                    return true;
                },
                cancellationToken);
        }
        catch (AirgapException e) when (IsAboutTheBlob(e))
        {
            observer.Detail($"{repository.Name} does not return {blob.Digest}: {e.Message}");
            return false;
        }
    }

    // docker-registry ends the connection if its cache has a blob whose bytes are gone, so only failures that no blob can cause are passed
    // on.
    private static bool IsAboutTheBlob(AirgapException e) => e.Code is not (
        ErrorCode.Canceled or ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.RegistryCertificate
        or ErrorCode.TokenRequestFailed or ErrorCode.TokenRealmRefused or ErrorCode.TooManyRequests);
}
