using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Keeping;

/// <summary>Distinguishes tags named after a manifest's digest from tags given by users.</summary>
internal static class DerivedTags
{
    private const int Digits = 64;

    // imgpkg's content tag may be prefixed with the source repository.
    private static readonly (string Suffix, bool TakesPrefix)[] s_forms =
        [(".image-locations.imgpkg", false), (".imgpkg", true), (".sig", false), (".att", false), (".sbom", false), ("", false)];

    /// <summary>
    /// The manifest that a tag is named after, in the form of <see cref="Key"/>; null for another tag.
    /// </summary>
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

    /// <summary>A digest in the form used in tags: the algorithm, and the first 64 digits.</summary>
    public static string Key(Digest digest) => ReferrerList.FallbackTag(digest);
}
