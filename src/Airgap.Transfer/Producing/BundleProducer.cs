using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Producing;

/// <summary>
/// Makes a bundle from files and images to pin. The same files and digests give the same bundle everywhere.
/// </summary>
/// <param name="registry">The registries with the images.</param>
internal sealed class BundleProducer(IRegistry registry)
{
    private const string LockPath = ".imgpkg/images.yml";
    private const string MetadataPath = ".imgpkg/bundle.yml";

    /// <summary>Checks everything, resolves the images, and packs the bundle. Pushes nothing.</summary>
    /// <exception cref="AirgapException">3xxx: a file could be read during the check but no longer.</exception>
    public async Task<ProduceResult> ProduceAsync(ProduceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ContentFindings found = await FindAsync(request, cancellationToken);
        foreach (ImageToPin image in request.Images.Where(image => image.IsPending && found.Problems.Count == 0))
            found.Problems.Add(NotBuilt(image));
        if (found.Problems.Count > 0)
            return new ProduceResult(null, found.Problems.ToImmutable(), found.Warnings.ToImmutable());

        ImagesLock images = new(found.Images.Locked);
        Dictionary<string, byte[]> made = new(StringComparer.Ordinal);
        if (!found.Files.ContainsKey(LockPath) || !request.Images.IsEmpty)
            made.Add(LockPath, Encoding.UTF8.GetBytes(images.ToYaml()));
        if (!found.Files.ContainsKey(MetadataPath))
            made.Add(MetadataPath, Encoding.UTF8.GetBytes(MetadataOf(request.Repository.LastSegment)));
        IReadOnlyList<LayerEntry> entries = LayerTree.Create(found.Files, made);
        PackedImage packed = await PackedImage.PackAsync(
            entries, ImmutableDictionary<string, string>.Empty.Add(BundleLabel.Name, "true"), cancellationToken);
        return new ProduceResult(
            new ProducedBundle(request, packed, images, found.Images.Local, entries), [], found.Warnings.ToImmutable());
    }

    /// <summary>
    /// Checks everything and resolves the images, but makes nothing, to report problems before pending images are
    /// built.
    /// </summary>
    /// <returns>All problems; empty if there are none.</returns>
    public async Task<ImmutableArray<Diagnostic>> CheckAsync(ProduceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await FindAsync(request, cancellationToken)).Problems.ToImmutable();
    }

    private async Task<ContentFindings> FindAsync(ProduceRequest request, CancellationToken cancellationToken)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        IReadOnlyDictionary<string, ContentFile> files = new BundleContentReader(request.Root, problems).Read(request.Files);
        PackageChecks packages = new(problems, warnings);
        if (!packages.Check(files) && request.RequirePackages)
        {
            problems.Add(new Diagnostic(
                ErrorCode.NotAPackageRepository,
                $"'{request.Root}' has no YAML file under packages/, so its bundle is not a package repository.",
                "Put Package and PackageMetadata files under packages/, or push it as a plain bundle."));
        }

        PinnedImages images = await LockAsync(request, files, problems, cancellationToken);
        // An image that could not be pinned is reported once, not again for each reference to it.
        packages.CheckReferences(
            [.. images.Locked, .. request.Images.Select(
                image => new LockedImage(
                    ImageReference.ByDigest(request.Repository, Digest.Compute([])),
                    LockedImage.NoAnnotations.Add(Origins.Id, image.KbldId)))]);
        return new ContentFindings(files, images, problems, warnings);
    }

    private async Task<PinnedImages> LockAsync(
        ProduceRequest request, IReadOnlyDictionary<string, ContentFile> files, ImmutableArray<Diagnostic>.Builder problems,
        CancellationToken cancellationToken)
    {
        ImagePinner pinner = new(registry, request.Concurrency);
        ImmutableArray<LockedImage> given = [];
        if (files.TryGetValue(LockPath, out ContentFile? file))
        {
            try
            {
                given = LockFile.Read(file.FullPath) is LockFileContent.OfImages { Lock: var images }
                    ? images.Images
                    : throw new AirgapException(
                        ErrorCode.InvalidLock, $"{file.FullPath}: a bundle's images.yml must be an ImagesLock, but this is a BundleLock.",
                        "Write it with 'kbld --imgpkg-lock-output'.")
                    { Location = new SourceLocation(file.FullPath) };
                await pinner.VerifyAsync(given, file.FullPath, problems, cancellationToken);
            }
            catch (AirgapException e)
            {
                problems.Add(e.ToDiagnostic() with { Location = e.Location ?? new SourceLocation(file.FullPath) });
            }
        }

        PinnedImages pinned = await pinner.PinAsync(request.Images, problems, cancellationToken);
        foreach (LockedImage image in pinned.Locked.Where(
            image =>
            given.Any(other => Origins.Replaced(other).Id == Origins.Replaced(image).Id && other.Image.Digest != image.Image.Digest)))
        {
            string id = Origins.Replaced(image).Id!;
            problems.Add(new Diagnostic(
                ErrorCode.ConflictingImages,
                $"The text '{id}' means {image.Image}, but another image in {file!.FullPath}.",
                "Remove it from one of the two.")
            { Reference = id, Location = request.Images.First(wanted => wanted.KbldId == id).Location });
        }

        return pinned with
        {
            Locked = [.. given, .. pinned.Locked.Where(image => !given.Any(other => Origins.Replaced(other) == Origins.Replaced(image)))]
        };
    }

    private static string MetadataOf(string name)
    {
        YamlTextWriter writer = new();
        writer.Field("apiVersion", LockHeader.ApiVersion, 0);
        writer.Field("kind", "Bundle", 0);
        writer.Key("metadata", 0);
        writer.Field("name", name, 2);
        return writer.Finish();
    }

    private static Diagnostic NotBuilt(ImageToPin image) => new(
        ErrorCode.ImageNotBuilt, $"The image '{image.Reference}', which the bundle is to pin, was not published.",
        "Publish the container of its project, and check why that fails.")
    { Reference = image.Reference, Location = image.Location };

    private sealed record ContentFindings(
        IReadOnlyDictionary<string, ContentFile> Files, PinnedImages Images, ImmutableArray<Diagnostic>.Builder Problems,
        ImmutableArray<Diagnostic>.Builder Warnings);
}
