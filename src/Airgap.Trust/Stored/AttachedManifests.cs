using System.Runtime.CompilerServices;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Stored;

/// <summary>
/// Manifests whose subject is an image. A list is a hint: each manifest is fetched, and one with another subject is skipped.
/// cosign's own lists state a wrong artifact type, so no manifest is skipped because of its entry in the list.
/// </summary>
internal static class AttachedManifests
{
    private const int AtOnce = 4;

    /// <summary>Fetches them, a few ahead of the caller: none is kept, and none is fetched behind the one that counts.</summary>
    /// <param name="store">The store with the image.</param>
    /// <param name="subject">The image.</param>
    /// <param name="notes">Receives the skipped manifests.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public static async IAsyncEnumerable<Manifest> OfAsync(
        ISignatureStore store, Digest subject, List<string> notes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReferrerList list = await store.ListReferrersAsync(subject, cancellationToken);
        if (list.IsPartial)
            notes.Add("The registry listed only the first of its referrers.");
        if (list.Manifests.Length > Limits.Referrers)
            notes.Add($"There are {list.Manifests.Length} referrers, and the first {Limits.Referrers} were examined.");
        foreach (Descriptor[] some in list.Manifests.Take(Limits.Referrers).Chunk(AtOnce))
        {
            foreach (Manifest? manifest in await Task.WhenAll(some.Select(one => FindAsync(store, one, notes, cancellationToken))))
            {
                if (manifest is not null && manifest.Subject?.Digest == subject)
                    yield return manifest;
                else if (manifest is not null)
                    notes.Add($"The referrer {manifest.Digest} names another subject.");
            }
        }
    }

    private static async Task<Manifest?> FindAsync(
        ISignatureStore store, Descriptor one, List<string> notes, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindManifestAsync(one.Digest.ToString(), cancellationToken);
        }
        catch (AirgapException e) when (SignatureFailures.IsOfOne(e))
        {
            lock (notes)
                notes.Add(e.Message);
            return null;
        }
    }
}
