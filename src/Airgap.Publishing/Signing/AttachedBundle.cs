using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Attaches a sigstore bundle to an image in a registry, where clients find it through the referrers API or the
/// referrers tag.
/// </summary>
internal static class AttachedBundle
{
    private const string EmptyType = "application/vnd.oci.empty.v1+json";

    private static readonly byte[] s_empty = "{}"u8.ToArray();

    /// <summary>Pushes it.</summary>
    /// <param name="repository">The repository of the image.</param>
    /// <param name="subject">The image.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="predicateType">The predicate type of its statement.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The digest of the attached manifest.</returns>
    public static async Task<Digest> PushAsync(
        IImageRepository repository, Descriptor subject, byte[] bundle, string predicateType, CancellationToken cancellationToken)
    {
        Descriptor empty = new(EmptyType, Digest.Compute(s_empty), s_empty.Length);
        Descriptor layer = new(SigstoreBundle.MediaType, Digest.Compute(bundle), bundle.Length);
        await repository.PushBlobAsync(new MemoryBlobContent(empty, s_empty), null, null, cancellationToken);
        await repository.PushBlobAsync(new MemoryBlobContent(layer, bundle), null, null, cancellationToken);
        Manifest manifest = ClassicWriter.Referrer(subject, empty, layer, predicateType);
        await repository.PushManifestAsync(manifest, tag: null, cancellationToken);
        await ReferrerTags.RestoreAsync(repository, [manifest], new TransferOptions(), cancellationToken);
        return manifest.Digest;
    }
}
