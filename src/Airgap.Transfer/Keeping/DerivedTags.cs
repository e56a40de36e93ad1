using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Keeping;

/// <summary>Tells tags that stand beside a manifest, and are named after its digest, from those that people give.</summary>
internal static class DerivedTags
{
    private const int Digits = 64;

    // imgpkg's content tag may have the source repository in front.
    private static readonly (string Suffix, bool TakesPrefix)[] s_forms =
        [(".image-locations.imgpkg", false), (".imgpkg", true), (".sig", false), (".att", false), (".sbom", false), ("", false)];

    /// <summary>The manifest that a tag is named after, as <see cref="Key"/> writes it; null for a tag that is named after none.</summary>
    public static string? SubjectOf(string tag)
    {
        foreach ((string suffix, bool takesPrefix) in s_forms)
        {
            if (!tag.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            ReadOnlySpan<char> name = tag.AsSpan(0, tag.Length - suffix.Length);
            int start = name.Length - Digits - "sha256-".Length;
            if (start < 0 || (start > 0 && !(takesPrefix && name[start - 1] == '-')))
                continue;
            ReadOnlySpan<char> subject = name[start..];
            if (subject[..7] is "sha256-" or "sha512-" && !subject[7..].ContainsAnyExcept("0123456789abcdef"))
                return subject.ToString();
        }

        return null;
    }

    /// <summary>How a tag names a digest: the algorithm, and the first 64 digits.</summary>
    public static string Key(Digest digest) => ReferrerList.FallbackTag(digest);
}
