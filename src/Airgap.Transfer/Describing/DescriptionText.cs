using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Describing;

/// <summary>
/// A description as imgpkg prints it for people. Harmless texts are the same byte for byte; control sequences for a
/// terminal or CI system are escaped.
/// </summary>
internal static class DescriptionText
{
    /// <summary>The text, with a line feed after each line.</summary>
    public static string Write(BundleDescription bundle) => string.Concat(Blocks(bundle));

    /// <summary>The text in the parts that imgpkg prints it in, which its JSON keeps apart. Some are empty.</summary>
    internal static IReadOnlyList<string> Blocks(BundleDescription bundle)
    {
        List<string> text = [$"Bundle SHA: {bundle.Digest}\n", "\n"];
        WriteContent(text, bundle, indent: 0);
        return text;
    }

    private static void WriteContent(List<string> text, BundleDescription bundle, int indent)
    {
        if (bundle.Bundles.IsEmpty && bundle.Images.IsEmpty)
            return;

        // The list of a nested bundle has the indentation of its items; only that of the root is indented less.
        int items = indent + 2;
        Line(text, indent == 0 ? 0 : items, "Images:");
        bool first = true;
        foreach (BundleDescription nested in Distinct.ByDigest(bundle.Bundles))
        {
            if (!first)
                text.Add("\n");
            first = false;
            Line(text, items, $"- Image: {nested.Image}");
            Line(text, items, "  Type: Bundle");
            Line(text, items, $"  Origin: {nested.Origin}");
            WriteLayers(text, nested.Layers, items);
            WriteAnnotations(text, nested.Annotations, items);
            if (nested.IsRepeated)
                Line(text, items, "  Images: as shown for this bundle in another place");
            WriteContent(text, nested, items);
        }

        if (!bundle.Bundles.IsEmpty)
            text.Add("");
        bool isFirstImage = true;
        foreach (ImageDescription image in Distinct.ByDigest(bundle.Images))
        {
            if (!isFirstImage)
                text.Add("");
            isFirstImage = false;
            Line(text, items, $"- Image: {image.Image}");
            Line(text, items, $"  Type: {image.Kind}");
            if (image.Kind == DescribedKind.Image)
                Line(text, items, $"  Origin: {image.Origin}");
            if (image.LeftOut > 0)
                Line(text, items, $"  LeftOut: {image.LeftOut} {(image.LeftOut == 1 ? "image" : "images")} of the index, by choice");
            if (image.Error is not null)
                Line(text, items, $"  Error: {image.Error}");
            WriteLayers(text, image.Layers, items);
            WriteAnnotations(text, image.Annotations, items);
        }
    }

    private static void WriteLayers(List<string> text, ImmutableArray<Descriptor> layers, int indent)
    {
        if (layers.IsEmpty)
            return;
        Line(text, indent, "  Layers:");
        foreach (Descriptor layer in layers)
            Line(text, indent, $"    - Digest: {layer.Digest}");
    }

    private static void WriteAnnotations(List<string> text, ImmutableSortedDictionary<string, string> annotations, int indent)
    {
        if (annotations.IsEmpty)
            return;
        Line(text, indent, "  Annotations:");
        foreach ((string key, string value) in annotations.OrderBy(pair => pair.Key, Layers.Utf8Order.Instance))
            Line(text, indent, $"    {key}: {value}");
    }

    private static void Line(List<string> text, int indent, string line) => text.Add($"{new string(' ', indent)}{Printable.Line(line)}\n");
}
