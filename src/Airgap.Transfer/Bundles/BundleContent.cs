using System.Collections.Immutable;
using System.IO.Compression;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>The content of a bundle's layer: the lock, and the parts of a package repository.</summary>
internal sealed record BundleContent(ImagesLock Lock, bool HasPackages, ImmutableArray<PackageReference> References)
{
    /// <summary>The images that files name, if requested.</summary>
    public ImmutableArray<PackageReference> Configured { get; init; } = [];

    /// <summary>The names of the Packages under <c>packages/</c>, if requested.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>Warnings about template steps of these Packages, if requested.</summary>
    public ImmutableArray<Diagnostic> TemplateWarnings { get; init; } = [];

    /// <summary>Warnings about files that were to be searched for images, but are too large.</summary>
    public ImmutableArray<Diagnostic> Unsearched { get; init; } = [];

    /// <summary>The maximum size of a lock.</summary>
    private const int MaxLockBytes = 64 * 1024 * 1024;

    /// <summary>The maximum size of a package file to search for references.</summary>
    private const int MaxPackageBytes = 4 * 1024 * 1024;

    /// <summary>
    /// The layer with a bundle's files: imgpkg and kapp-controller read a bundle only from a single Docker gzip layer.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidBundle"/>.</exception>
    public static Descriptor LayerOf(Manifest manifest, ImageReference reference) => LayerOf(manifest.Layers, reference);

    /// <inheritdoc cref="LayerOf(Manifest, ImageReference)"/>
    public static Descriptor LayerOf(ImmutableArray<Descriptor> layers, ImageReference reference) =>
        layers is [{ MediaType: MediaTypes.DockerLayerGzip } layer]
            ? layer
            : throw Invalid(reference, layers.Length == 1
                ? $"its layer has the media type '{layers[0].MediaType}', but imgpkg reads bundles only from '{MediaTypes.DockerLayerGzip}'"
                : $"it has {layers.Length} layers, but a bundle has exactly one");

    /// <summary>Reads the layer's files once, from the first to the last.</summary>
    /// <param name="layer">The compressed layer.</param>
    /// <param name="reference">The bundle, for messages.</param>
    /// <param name="withPackages">True to also read <c>packages/</c>.</param>
    /// <param name="withConfig">True to search every YAML file for images, as needed for a nested bundle whose files
    /// are applied when a package is installed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<BundleContent> ReadAsync(
        Stream layer, ImageReference reference, bool withPackages, CancellationToken cancellationToken, bool withConfig = false)
    {
        ImagesLock? images = null;
        bool hasPackages = false;
        ImmutableArray<PackageReference>.Builder references = ImmutableArray.CreateBuilder<PackageReference>();
        ImmutableArray<PackageReference>.Builder configured = ImmutableArray.CreateBuilder<PackageReference>();
        ImmutableArray<string>.Builder packages = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<Diagnostic>.Builder templates = ImmutableArray.CreateBuilder<Diagnostic>();
        ImmutableArray<Diagnostic>.Builder unsearched = ImmutableArray.CreateBuilder<Diagnostic>();
        await ReadFilesAsync(layer, reference, async (path, length, content, _) =>
        {
            if (path is ".imgpkg/images.yml")
            {
                if (length > MaxLockBytes)
                    throw Invalid(reference, $"its .imgpkg/images.yml has {length} bytes");
                images = ImagesLock.Read(await ReadAllAsync(content, cancellationToken), $"{reference}: .imgpkg/images.yml");
            }
            else if (path.StartsWith("packages/", StringComparison.Ordinal)
                && path.EndsWith(".yml", StringComparison.Ordinal) | path.EndsWith(".yaml", StringComparison.Ordinal))
            {
                hasPackages = true;
                if (!withPackages)
                    return;
                if (length > MaxPackageBytes)
                {
                    unsearched.Add(NotSearched(reference, path, length));
                    return;
                }

                IReadOnlyList<YamlNode> documents =
                    PackageReferences.Read(new MemoryStream(await ReadAllAsync(content, cancellationToken)));
                references.AddRange(PackageReferences.Find(documents, path));
                templates.AddRange(PackageTemplates.WarningsOf(documents, path));
                packages.AddRange(documents.Where(document => YamlLookup.Text(document, "kind") == "Package")
                    .Select(document => YamlLookup.Text(document, "metadata", "name")).OfType<string>());
            }
            else if (withConfig && !path.StartsWith(".imgpkg/", StringComparison.Ordinal)
                && path.EndsWith(".yml", StringComparison.Ordinal) | path.EndsWith(".yaml", StringComparison.Ordinal))
            {
                if (length > MaxPackageBytes)
                    unsearched.Add(NotSearched(reference, path, length));
                else
                    configured.AddRange(PackageReferences.Find(new MemoryStream(await ReadAllAsync(content, cancellationToken)), path));
            }
        }, cancellationToken);

        return new BundleContent(
            images ?? throw Invalid(reference, "it contains no .imgpkg/images.yml"), hasPackages, references.ToImmutable())
        {
            Configured = configured.ToImmutable(),
            Packages = packages.ToImmutable(),
            TemplateWarnings = templates.ToImmutable(),
            Unsearched = unsearched.ToImmutable(),
        };
    }

    private static Diagnostic NotSearched(ImageReference bundle, string path, long length) => new(
        ErrorCode.PackageFileNotSearched,
        $"{path} of the bundle {bundle} has {ByteSize.Format(length)}, and only files of up to {ByteSize.Format(MaxPackageBytes)} are " +
        "searched: if it names an image that the bundle does not pin, the cluster pulls that from its original registry.",
        "Split the file, so that its images are checked.")
    { Reference = bundle.ToString(), Location = new SourceLocation(path) };

    /// <summary>Reads the locations file from a locations image's layer; null when there is none.</summary>
    public static async Task<ImageLocations?> ReadLocationsAsync(
        Stream layer, ImageReference reference, CancellationToken cancellationToken)
    {
        ImageLocations? locations = null;
        await ReadFilesAsync(layer, reference, async (path, length, content, _) =>
        {
            if (path == "image-locations.yml" && length <= MaxLockBytes)
                locations = ImageLocations.Read(await ReadAllAsync(content, cancellationToken), $"{reference}: image-locations.yml");
        }, cancellationToken);
        return locations;
    }

    /// <summary>Visits every file of a layer once, from the first to the last, and reads the layer to its end.</summary>
    /// <param name="layer">The compressed layer, which fails at its end if it does not have its digest.</param>
    /// <param name="reference">The bundle, for messages.</param>
    /// <param name="visit">Receives the path, the length, the content and the permission bits of a file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task ReadFilesAsync(
        Stream layer, ImageReference reference, Func<string, long, Stream, UnixFileMode, Task> visit, CancellationToken cancellationToken)
    {
        try
        {
            await using GZipStream gzip = new(layer, CompressionMode.Decompress, leaveOpen: true);
            LayerTarReader tar = new(gzip);
            while (await tar.ReadNextAsync(cancellationToken) is { } entry)
            {
                if (entry.Kind == LayerTarKind.File)
                    await visit(Normalize(entry.Name), entry.Size, entry.Content, entry.Mode);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException
            or AirgapException { Code: >= (ErrorCode)2000 and < (ErrorCode)3000 })
        {
            // For a damaged layer, its digest is more informative than the failure of its content.
            await layer.CopyToAsync(Stream.Null, cancellationToken);
            if (e is AirgapException)
                throw;
            throw Invalid(reference, "its layer is not a readable gzip-compressed tar", e);
        }

        // Only the last byte shows whether the layer has its digest.
        await layer.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static string Normalize(string name)
    {
        int start = 0;
        while (string.CompareOrdinal(name, start, "./", 0, 2) == 0)
            start += 2;
        return name[start..];
    }

    private static async Task<byte[]> ReadAllAsync(Stream content, CancellationToken cancellationToken)
    {
        using MemoryStream memory = new();
        await content.CopyToAsync(memory, cancellationToken);
        return memory.ToArray();
    }

    /// <summary>The error for a bundle that cannot be read.</summary>
    internal static AirgapException Invalid(ImageReference reference, string why, Exception? inner = null) => new(
        ErrorCode.InvalidBundle,
        $"The bundle {reference} cannot be read: {why}.",
        "Push the bundle again with 'imgpkg push -b'.",
        inner)
    { Reference = reference.ToString() };
}
