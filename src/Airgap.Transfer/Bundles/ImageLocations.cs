using System.Collections.Immutable;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// States that all images of a relocated bundle are in its repository, and which of them are bundles.
/// </summary>
/// <param name="Images">One for each image of the bundle's images.yml.</param>
/// <remarks>Source: imgpkg's <c>ImageLocations</c>, <c>imgpkg.carvel.dev/v1alpha1</c>, the file image-locations.yml of a locations
/// image.</remarks>
internal sealed record ImageLocations(ImmutableArray<ImageLocation> Images)
{
    /// <summary>The value of <c>kind</c>.</summary>
    public const string Kind = "ImageLocations";

    /// <summary>The name of the file in a locations image.</summary>
    public const string FileName = "image-locations.yml";

    /// <summary>
    /// Reads the file. Unknown keys are ignored, and the last of a repeated key counts: a newer imgpkg may write more.
    /// </summary>
    /// <param name="yaml">The file's bytes: UTF-8, 64 MiB at most.</param>
    /// <param name="path">The file's name in errors.</param>
    /// <exception cref="Oci.AirgapException"><see cref="Oci.ErrorCode.InvalidLock"/>, with file, line and column.</exception>
    public static ImageLocations Read(ReadOnlyMemory<byte> yaml, string path)
    {
        YamlContext context = YamlContext.Lock(path);
        YamlFields fields = LockHeader.Read(YamlReader.Read(yaml.Span, context), Kind, "images", context, strict: false);
        return new ImageLocations([.. fields.List("images").Select(node => ReadLocation(node, context))]);
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, string)"/>
    public static ImageLocations Read(Stream yaml, string path) => Read(YamlText.ReadToEnd(yaml, YamlContext.Lock(path)), path);

    /// <summary>The file as imgpkg writes it, to the byte (as UTF-8 without a byte order mark), sorted by reference.</summary>
    public string ToYaml()
    {
        YamlTextWriter writer = new();
        writer.Field("apiVersion", LockHeader.ApiVersion, 0);
        if (Images.IsEmpty)
            writer.Word("images", "null", 0);
        else
            writer.Key("images", 0);
        foreach (ImageLocation location in Images.OrderBy(image => image.Image, StringComparer.Ordinal))
        {
            writer.Item(0);
            writer.Field("image", location.Image, 2);
            writer.Word("isBundle", location.IsBundle ? "true" : "false", 2);
            if (!location.LeftOut.IsEmpty)
                writer.Field("leftOut", LeftOutList.Text(location.LeftOut), 2);
        }

        writer.Field("kind", Kind, 0);
        return writer.Finish();
    }

    private static ImageLocation ReadLocation(YamlNode node, YamlContext context)
    {
        YamlFields fields = YamlFields.Read(node, "an image location", context, strict: false, "image", "isBundle", "leftOut");
        return new ImageLocation(fields.Text("image"), fields.Flag("isBundle"))
        {
            // Read leniently: another program may use the key for something else.
            LeftOut = LeftOutList.Read((fields.Find("leftOut") as YamlScalar)?.Text),
        };
    }
}
