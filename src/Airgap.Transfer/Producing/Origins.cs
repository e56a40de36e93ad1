using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Producing;

/// <summary>The annotations by which kbld recognises an image of a lock.</summary>
/// <remarks>
/// Source: kbld's lock output: <c>kbld.carvel.dev/id</c> is the text to replace, <c>kbld.carvel.dev/origins</c> YAML
/// that records how the digest was found.
/// </remarks>
internal static class Origins
{
    /// <summary>The text that represents the image.</summary>
    public const string Id = "kbld.carvel.dev/id";

    private const string Key = "kbld.carvel.dev/origins";

    /// <summary>A lock entry in kbld's form.</summary>
    public static LockedImage Lock(ImageReference reference, Digest digest, string text, string id) => new(
        reference.WithDigest(digest),
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, [KeyValuePair.Create(Id, id), KeyValuePair.Create(Key, Of(reference, text))]));

    /// <summary>The text that the cluster replaces by the relocated image.</summary>
    public static (string Image, string? Id) Replaced(LockedImage image) =>
        (image.Image.ToString(), image.Annotations.GetValueOrDefault(Id));

    private static string Of(ImageReference reference, string text)
    {
        YamlTextWriter writer = new();
        writer.Item(0);
        writer.Key(reference.Digest is null ? "resolved" : "preresolved", 2);
        if (reference.Digest is null)
            writer.Field("tag", reference.Tag!, 4);
        writer.Field("url", text, 4);
        string yaml = writer.Finish();
        const string start = "---\n";
        return yaml.StartsWith(start, StringComparison.Ordinal) ? yaml[start.Length..] : yaml;
    }
}
