using Airgap.Oci.Naming;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>A bundle at one location, as the result of a relocation.</summary>
/// <param name="Image">The bundle, by digest.</param>
/// <param name="Tag">Its tag at this location; empty if it has none.</param>
/// <remarks>Source: imgpkg's <c>BundleLock</c>, <c>imgpkg.carvel.dev/v1alpha1</c>.</remarks>
internal sealed record BundleLock(ImageReference Image, string Tag)
{
    /// <summary>The value of <c>kind</c>.</summary>
    public const string Kind = "BundleLock";

    /// <inheritdoc cref="ImagesLock.Read(ReadOnlyMemory{byte}, string)"/>
    public static BundleLock Read(ReadOnlyMemory<byte> yaml, string path)
    {
        YamlContext context = YamlContext.Lock(path);
        return Read(YamlReader.Read(yaml.Span, context), context);
    }

    /// <inheritdoc cref="ImagesLock.Read(ReadOnlyMemory{byte}, string)"/>
    public static BundleLock Read(Stream yaml, string path) => Read(YamlText.ReadToEnd(yaml, YamlContext.Lock(path)), path);

    /// <summary>The lock as imgpkg writes it, to the byte (as UTF-8 without a byte order mark).</summary>
    public string ToYaml()
    {
        YamlTextWriter writer = new();
        writer.Field("apiVersion", LockHeader.ApiVersion, 0);
        writer.Key("bundle", 0);
        writer.Field("image", Image.ToString(), 2);
        if (Tag.Length > 0)
            writer.Field("tag", Tag, 2);
        writer.Field("kind", Kind, 0);
        return writer.Finish();
    }

    internal static BundleLock Read(YamlNode? root, YamlContext context)
    {
        YamlFields fields = LockHeader.Read(root, Kind, "bundle", context, strict: true);
        YamlNode bundle = fields.Find("bundle") ?? throw context.Error(fields.At, "'bundle' is missing");
        YamlFields inner = YamlFields.Read(bundle, "'bundle'", context, strict: true, "image", "tag");
        ImageReference image = LockHeader.ReadImage(inner, context);
        string tag = inner.Text("tag");
        if (tag.Length > 0 && !ImageReference.IsTag(tag))
            throw context.Error(inner.Find("tag")!, $"'{YamlFields.Shorten(tag)}' is not a tag");
        return new BundleLock(image, tag);
    }
}
