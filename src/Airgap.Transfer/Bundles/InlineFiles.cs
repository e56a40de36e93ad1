using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// The files embedded in a Package (<c>fetch[].inline.paths</c>). An ImagesLock among them is the lock of the others.
/// Nothing rewrites it, so all images of these files are pulled from the locations in their text.
/// </summary>
internal static class InlineFiles
{
    private const string Kind = "inline";

    /// <summary>The images that a cluster pulls for these files.</summary>
    /// <param name="paths">Names of files, and their texts.</param>
    /// <param name="path">The file of the Package, for locations.</param>
    public static ImmutableArray<PackageReference> Find(YamlMapping paths, string path)
    {
        List<PackageReference> named = [];
        List<(string Image, string? Id)> locked = [];
        ImmutableArray<PackageReference>.Builder found = ImmutableArray.CreateBuilder<PackageReference>();
        foreach ((YamlScalar name, YamlNode value) in paths.Entries)
        {
            if (value is not YamlScalar text
                || !(name.Text.EndsWith(".yml", StringComparison.Ordinal) || name.Text.EndsWith(".yaml", StringComparison.Ordinal)))
                continue;
            SourceLocation location = new(path, text.Line, text.Column);
            foreach (YamlNode document in YamlReader.ReadBeginning(text.Text))
            {
                if (LockedBy(document) is not { } images)
                {
                    named.AddRange(PackageReferenceFinder.Find([document], path, looksInside: false)
                        .Select(reference => reference with { Location = location }));
                    continue;
                }

                locked.AddRange(images);
                found.AddRange(images.Select(image => new PackageReference(image.Image, location) { FetchKind = Kind }));
            }
        }

        HashSet<string> replaced = [.. locked.Select(image => string.IsNullOrEmpty(image.Id) ? image.Image : image.Id)];
        foreach (PackageReference reference in named.Where(
            reference => !replaced.Contains(reference.Image) && ImageReference.TryParse(reference.Image, out _, out _)))
            found.Add(reference.FetchKind is null ? reference with { FetchKind = Kind } : reference);
        return found.ToImmutable();
    }

    private static List<(string Image, string? Id)>? LockedBy(YamlNode document)
    {
        if (YamlLookup.Text(document, "kind") != "ImagesLock" || YamlLookup.Find(document, "images") is not YamlSequence images)
            return null;
        return [.. images.Items
            .Where(image => YamlLookup.Text(image, "image") is not null)
            .Select(image => (YamlLookup.Text(image, "image")!, YamlLookup.Text(image, "annotations", "kbld.carvel.dev/id")))];
    }
}
