using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Bundles;

/// <summary>The tag under which imgpkg keeps an image in its bundle's repository: <c>sha256-HEX.imgpkg</c>.</summary>
internal static class ContentTag
{
    /// <summary>The suffix of all of imgpkg's own tags.</summary>
    public const string End = ".imgpkg";

    /// <summary>
    /// The tag of a digest. For a sha512 digest it has the first 64 digits, because a tag has at most 128 characters.
    /// </summary>
    public static string Of(Digest digest) => ReferrerList.FallbackTag(digest) + End;

    /// <summary>The sha256 digest whose tag this is; null for any other tag.</summary>
    public static Digest? Find(string tag) =>
        tag.Length == 7 + 64 + End.Length && tag.StartsWith("sha256-", StringComparison.Ordinal) && IsImgpkgs(tag)
            && Digest.TryParse($"sha256:{tag[7..^End.Length]}", out Digest digest) ? digest : null;

    /// <summary>True for one of imgpkg's own tags, with any prefix.</summary>
    public static bool IsImgpkgs(string tag) => tag.EndsWith(End, StringComparison.Ordinal);
}
