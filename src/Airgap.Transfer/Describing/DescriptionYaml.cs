using System.Collections.Immutable;
using System.Globalization;
using Airgap.Oci.Content;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Describing;

/// <summary>
/// A description as imgpkg writes it with <c>-o yaml</c>. Harmless texts are the same byte for byte; other texts have
/// the same value, written with escapes.
/// </summary>
internal static class DescriptionYaml
{
    /// <summary>The YAML text, without a document start.</summary>
    public static string Write(BundleDescription bundle) => string.Concat(Blocks(bundle));

    /// <summary>The text in the parts that imgpkg prints it in, which its JSON keeps apart.</summary>
    internal static IReadOnlyList<string> Blocks(BundleDescription bundle)
    {
        YamlTextWriter writer = new(forTerminal: true);
        writer.Field("sha", bundle.Digest.ToString(), 0);
        WriteBundle(writer, bundle, 0);
        string text = writer.Finish()["---\n".Length..];
        int end = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        return [text[..end], text[end..]];
    }

    private static void WriteBundle(YamlTextWriter writer, BundleDescription bundle, int indent)
    {
        WriteAnnotations(writer, bundle.Annotations, indent);
        if (bundle.Bundles.IsEmpty && bundle.Images.IsEmpty)
            writer.Word("content", "{}", indent);
        else
            WriteContent(writer, bundle, indent);
        writer.Field("image", bundle.Image.ToString(), indent);
        WriteLayers(writer, bundle.Layers, indent);

        // imgpkg has the field but never fills it.
        if (bundle.IsRepeated)
        {
            writer.Key("metadata", indent);
            writer.Field("contentOf", bundle.Digest.ToString(), indent + 2);
        }
        else
        {
            writer.Word("metadata", "{}", indent);
        }

        writer.Field("origin", bundle.Origin.ToString(), indent);
    }

    private static void WriteContent(YamlTextWriter writer, BundleDescription bundle, int indent)
    {
        writer.Key("content", indent);
        if (!bundle.Bundles.IsEmpty)
            writer.Key("bundles", indent + 2);
        foreach (BundleDescription nested in Distinct.ByDigest(bundle.Bundles)
            .OrderBy(nested => nested.Digest.ToString(), NaturalKeyOrder.Instance))
        {
            writer.Key(nested.Digest.ToString(), indent + 4);
            WriteBundle(writer, nested, indent + 6);
        }

        if (!bundle.Images.IsEmpty)
            writer.Key("images", indent + 2);
        foreach (ImageDescription image in Distinct.ByDigest(bundle.Images).OrderBy(KeyOf, NaturalKeyOrder.Instance))
        {
            writer.Key(KeyOf(image), indent + 4);
            WriteImage(writer, image, indent + 6);
        }
    }

    // Missing images are listed by name.
    private static string KeyOf(ImageDescription image) =>
        image.Error is null ? image.Image.Digest!.Value.ToString() : image.Image.ToString();

    private static void WriteImage(YamlTextWriter writer, ImageDescription image, int indent)
    {
        WriteAnnotations(writer, image.Annotations, indent);
        if (image.Error is not null)
            writer.Field("error", image.Error, indent);
        writer.Field("image", image.Image.ToString(), indent);
        writer.Field("imageType", image.Kind.ToString(), indent);
        WriteLayers(writer, image.Layers, indent);
        if (image.LeftOut > 0)
            writer.Word("leftOut", image.LeftOut.ToString(CultureInfo.InvariantCulture), indent);
        writer.Field("origin", image.Origin.ToString(), indent);
    }

    private static void WriteLayers(YamlTextWriter writer, ImmutableArray<Descriptor> layers, int indent)
    {
        if (layers.IsEmpty)
            return;
        writer.Key("layers", indent);
        foreach (Descriptor layer in layers)
        {
            writer.Item(indent);
            writer.Field("digest", layer.Digest.ToString(), indent + 2);
        }
    }

    private static void WriteAnnotations(YamlTextWriter writer, ImmutableSortedDictionary<string, string> annotations, int indent)
    {
        if (annotations.IsEmpty)
            return;
        writer.Key("annotations", indent);
        foreach ((string key, string value) in annotations.OrderBy(pair => pair.Key, NaturalKeyOrder.Instance))
            writer.Field(key, value, indent + 2);
    }
}
