using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Storage;

namespace Airgap.Registry.Http;

/// <summary>
/// A page of referrers. Clients read at most as much of a list as of a manifest, and some read only the first page, so a page is as long
/// as all clients read.
/// </summary>
/// <param name="Referrers">The referrers.</param>
/// <param name="IsLast">True if no more follow.</param>
internal sealed record ReferrerPage(IReadOnlyList<Referrer> Referrers, bool IsLast)
{
    // The names, digits and punctuation of a descriptor, or of the index.
    private const int Frame = 128;

    /// <summary>Cuts a page.</summary>
    /// <param name="sorted">All referrers, by their digests.</param>
    /// <param name="after">The last referrer of the page before; null for the first page.</param>
    public static ReferrerPage Of(IReadOnlyList<Referrer> sorted, Digest? after)
    {
        long length = Frame;
        List<Referrer> page = [];
        foreach (Referrer referrer in sorted)
        {
            if (after is { } last && referrer.Descriptor.Digest.CompareTo(last) <= 0)
                continue;
            length += LengthOf(referrer);
            // A page that is never empty ends.
            if (length > Manifest.MaxBytes && page.Count > 0)
                return new ReferrerPage(page, IsLast: false);
            page.Add(referrer);
        }

        return new ReferrerPage(page, IsLast: true);
    }

    private static long LengthOf(Referrer referrer) => Frame + referrer.Descriptor.Digest.ToString().Length
        + JsonEncodedText.Encode(referrer.Descriptor.MediaType).EncodedUtf8Bytes.Length
        + JsonEncodedText.Encode(referrer.ArtifactType ?? "").EncodedUtf8Bytes.Length
        + Encoding.UTF8.GetByteCount(referrer.Annotations ?? "");
}
