using System.Collections.Immutable;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>The images of a bundle (<c>.imgpkg/images.yml</c>), or the result of relocating single images.</summary>
/// <param name="Images">The images, in the order of the file.</param>
/// <remarks>Source: imgpkg's <c>ImagesLock</c>, <c>imgpkg.carvel.dev/v1alpha1</c>.</remarks>
internal sealed record ImagesLock(ImmutableArray<LockedImage> Images)
{
    /// <summary>The value of <c>kind</c>.</summary>
    public const string Kind = "ImagesLock";

    /// <summary>Reads a lock.</summary>
    /// <param name="yaml">The file's bytes: UTF-8, 64 MiB at most.</param>
    /// <param name="path">The file's name in errors.</param>
    /// <exception cref="Oci.AirgapException">
    /// <see cref="Oci.ErrorCode.LockWithoutDigest"/>, or <see cref="Oci.ErrorCode.InvalidLock"/> for anything else that is wrong: malformed
    /// YAML, an unknown or repeated key, another kind. Both carry file, line and column.
    /// </exception>
    public static ImagesLock Read(ReadOnlyMemory<byte> yaml, string path)
    {
        YamlContext context = YamlContext.Lock(path);
        return Read(YamlReader.Read(yaml.Span, context), context);
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, string)"/>
    public static ImagesLock Read(Stream yaml, string path) => Read(YamlText.ReadToEnd(yaml, YamlContext.Lock(path)), path);

    /// <summary>The lock as imgpkg writes it, to the byte (as UTF-8 without a byte order mark).</summary>
    public string ToYaml()
    {
        YamlTextWriter writer = new();
        writer.Field("apiVersion", LockHeader.ApiVersion, 0);
        if (!Images.IsEmpty)
            writer.Key("images", 0);
        foreach (LockedImage image in Images)
        {
            writer.Item(0);
            if (!image.Annotations.IsEmpty)
            {
                writer.Key("annotations", 2);
                foreach ((string key, string value) in image.Annotations.OrderBy(pair => pair.Key, NaturalKeyOrder.Instance))
                    writer.Field(key, value, 4);
            }

            writer.Field("image", image.Image.ToString(), 2);
        }

        writer.Field("kind", Kind, 0);
        return writer.Finish();
    }

    internal static ImagesLock Read(YamlNode? root, YamlContext context)
    {
        YamlFields fields = LockHeader.Read(root, Kind, "images", context, strict: true);
        return new ImagesLock([.. fields.List("images").Select(node => ReadImage(node, context))]);
    }

    private static LockedImage ReadImage(YamlNode node, YamlContext context)
    {
        YamlFields fields = YamlFields.Read(node, "an image of the lock", context, strict: true, "image", "annotations");
        ImmutableSortedDictionary<string, string> annotations = ReadAnnotations(fields.Find("annotations"), context);
        return new LockedImage(LockHeader.ReadImage(fields, context), annotations);
    }

    private static ImmutableSortedDictionary<string, string> ReadAnnotations(YamlNode? node, YamlContext context)
    {
        if (node is null)
            return LockedImage.NoAnnotations;
        if (node is not YamlMapping mapping)
            throw context.Error(node, "'annotations' must be a mapping");
        ImmutableSortedDictionary<string, string>.Builder annotations = LockedImage.NoAnnotations.ToBuilder();
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            if (key.IsNull)
                throw context.Error(key, "an annotation has no key");
            string name = YamlFields.TextOf(key, "a key", context);
            if (!annotations.TryAdd(name, YamlFields.TextOf(value, $"the annotation '{YamlFields.Shorten(name)}'", context)))
                throw context.Error(key, $"the annotation '{YamlFields.Shorten(name)}' is given twice");
        }

        return annotations.ToImmutable();
    }
}
