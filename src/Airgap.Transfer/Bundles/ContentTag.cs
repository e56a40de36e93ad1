using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Bundles;

/// <summary>The tag under which imgpkg keeps an image beside its bundle: <c>sha256-HEX.imgpkg</c>.</summary>
internal static class ContentTag
{
    /// <summary>The end of all of imgpkg's own tags.</summary>
    public const string End = ".imgpkg";

    /// <summary>The tag of a digest. Of a sha512 digest the first 64 digits stand there, for a tag has 128 characters at most.</summary>
    public static string Of(Digest digest) => ReferrerList.FallbackTag(digest) + End;

    /// <summary>True for one of imgpkg's own tags, whatever comes before its end.</summary>
    public static bool IsImgpkgs(string tag) => tag.EndsWith(End, StringComparison.Ordinal);
}
