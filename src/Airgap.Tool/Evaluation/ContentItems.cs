using Airgap.Evaluation;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Producing;

namespace Airgap.Tool.Evaluation;

/// <summary>The items that a project packs into a bundle, as the package's targets read them.</summary>
internal static class ContentItems
{
    private const string Image = "AirgapImage";

    /// <summary>Reads them.</summary>
    /// <returns>Null for a project that has none.</returns>
    /// <exception cref="AirgapException">A property of the bundle is invalid, or only a build can make an
    /// image.</exception>
    public static ProducedContent? Read(
        IReadOnlyList<EvaluatedItem> items, PublishSettings settings, string project, string version, SourceLocation location)
    {
        EvaluatedItem[] files = [.. items.Where(item => item.Type == "ImgpkgBundleContent")];
        EvaluatedItem[] images = [.. items.Where(item => item.Type == "ImgpkgBundleImage")];
        EvaluatedItem[] references = [.. items.Where(item => item.Type == "ProjectReference")];
        RequireTrue(references);
        EvaluatedItem? built = references.FirstOrDefault();
        if (files.Length == 0 && images.Length == 0 && built is null)
            return null;
        if (built is not null && settings.SourceArchive.Length == 0)
        {
            throw new AirgapException(
                ErrorCode.ImageNotBuilt,
                $"The bundle pins the container image of the project '{built.Include}', but this command builds nothing.",
                "Use dotnet publish, which also publishes the container.")
            { Location = new SourceLocation(built.File, built.Line, built.Column) };
        }

        return ProducedContent.Read(
            settings, project, version, [.. files.Select(file => File(file, settings))], [.. images.Select(ImageOf)], location,
            ContentMetadata.Of(files.Select(
                file => ((IReadOnlyDictionary<string, string>)new Dictionary<string, string>(
                    file.Metadata, StringComparer.OrdinalIgnoreCase), (Func<SourceLocation?>)(() => PlaceOf(file))))));
    }

    private static void RequireTrue(EvaluatedItem[] references)
    {
        foreach (EvaluatedItem reference in references)
        {
            string asked = FirstOf(reference, Image) ?? "";
            if (!asked.Equals("true", StringComparison.OrdinalIgnoreCase))
                throw new AirgapException(
                    ErrorCode.InvalidArgument,
                    $"The ProjectReference '{reference.Include}' has the metadata {Image} with the value '{asked}'.",
                    "Write true or false.")
                { Location = PlaceOf(reference) };
        }
    }

    private static ContentFile File(EvaluatedItem item, PublishSettings settings)
    {
        string path = settings.FullPath(item.Include);
        return new ContentFile(FirstOf(item, "TargetPath", "Link") ?? Path.GetRelativePath(settings.ProjectDirectory, path),
            path, PlaceOf(item));
    }

    private static ImageToPin ImageOf(EvaluatedItem item) => new(item.Include, PlaceOf(item))
    {
        Id = FirstOf(item, "Id"),
        Platform = FirstOf(item, "Platform")
    };

    private static SourceLocation PlaceOf(EvaluatedItem item) => new(item.File, item.Line, item.Column);

    private static string? FirstOf(EvaluatedItem item, params string[] names) => names
        .Select(name => item.Metadata.FirstOrDefault(entry => entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.Trim())
        .FirstOrDefault(value => !string.IsNullOrEmpty(value));
}
