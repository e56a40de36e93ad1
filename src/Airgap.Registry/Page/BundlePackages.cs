using System.Collections.Immutable;
using System.IO.Compression;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Yaml;

namespace Airgap.Registry.Page;

/// <summary>The content of a bundle's layer: the number of images it pins, and its packages.</summary>
/// <param name="Images">The number of images; null if its lock was not read.</param>
/// <param name="Packages">The packages, in order of name and version.</param>
internal sealed record BundlePackages(int? Images, ImmutableArray<ServedPackage> Packages)
{
    // Limits what the page unpacks from a layer.
    private const long MaxUnpacked = 64 * 1024 * 1024;
    private const int MaxFile = 1024 * 1024;
    private const int MaxLock = 8 * MaxFile;
    private const int MaxPackages = 1000;

    /// <summary>Reads a layer.</summary>
    /// <param name="layer">The compressed layer.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>Null if it cannot be read.</returns>
    public static async Task<BundlePackages?> ReadAsync(Stream layer, CancellationToken cancellationToken)
    {
        try
        {
            await using GZipStream gzip = new(layer, CompressionMode.Decompress);
            await using BoundedStream bounded = new(gzip, MaxUnpacked);
            LayerTarReader tar = new(bounded);
            int? images = null;
            SortedSet<(string Name, string Version)> packages = [];
            while (await tar.ReadNextAsync(cancellationToken) is { } entry)
            {
                string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                bool isLock = name == ".imgpkg/images.yml";
                if (entry.Kind != LayerTarKind.File || entry.Size > (isLock ? MaxLock : MaxFile)
                    || !(isLock || (packages.Count < MaxPackages && IsPackageFile(name))))
                    continue;
                byte[] bytes = new byte[entry.Size];
                await entry.Content.ReadExactlyAsync(bytes, cancellationToken);
                if (isLock)
                    images = ImagesLock.Read(bytes, name).Images.Length;
                else
                    AddPackages(bytes, name, packages);
            }

            return new BundlePackages(images, [.. packages.Select(package => new ServedPackage(package.Name, package.Version))]);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or AirgapException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsPackageFile(string name) =>
        name.StartsWith("packages/", StringComparison.Ordinal)
        && (name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal));

    private static void AddPackages(byte[] bytes, string name, SortedSet<(string Name, string Version)> packages)
    {
        try
        {
            foreach (YamlNode document in YamlReader.ReadDocuments(bytes, YamlContext.Lock(name)))
            {
                if (YamlLookup.Text(document, "kind") == "Package"
                    && YamlLookup.Text(document, "spec", "refName") is { } reference
                    && YamlLookup.Text(document, "spec", "version") is { } version)
                {
                    packages.Add((reference, version));
                }
            }
        }
        catch (AirgapException)
        {
            // A template, for instance. The page shows what can be read.
        }
    }
}
