using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Bundles.Yaml;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Producing;

/// <summary>Makes a bundle of files and of images to pin. The same files, and tags that stand for the same digests, give the same bundle everywhere.</summary>
/// <param name="registry">The registries that have the images.</param>
public sealed class BundleProducer(IRegistry registry)
{
    private const string LockPath = ".imgpkg/images.yml";
    private const string MetadataPath = ".imgpkg/bundle.yml";

    /// <summary>Checks everything, asks the registries for the images, and packs the bundle. Pushes nothing.</summary>
    /// <exception cref="AirgapException">3xxx: a file could be read while it was checked, and not any more.</exception>
    public async Task<ProduceResult> ProduceAsync(ProduceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        IReadOnlyDictionary<string, ContentFile> files = new BundleContentReader(request.Root, problems).Read(request.Files);
        PackageChecks packages = new(problems, warnings);
        if (!packages.Check(files) && request.RequirePackages)
        {
            problems.Add(new Diagnostic(
                ErrorCode.NotAPackageRepository,
                $"'{request.Root}' has no YAML file under packages/, so that its bundle is no package repository.",
                "Put Package and PackageMetadata files under packages/, or push it as a plain bundle with push -b."));
        }

        ImmutableArray<LockedImage> locked = await LockAsync(request, files, problems, cancellationToken);
        // An image that could not be pinned is told as that, not once more for each place that names it.
        packages.CheckReferences([.. locked, .. request.Images.Select(image => new LockedImage(ImageReference.ByDigest(request.Repository, Oci.Content.Digest.Compute([])), LockedImage.NoAnnotations.Add(Origins.Id, image.KbldId)))]);
        if (problems.Count > 0)
            return new ProduceResult(null, problems.ToImmutable(), warnings.ToImmutable());

        ImagesLock images = new(locked);
        Dictionary<string, byte[]> made = new(StringComparer.Ordinal);
        if (!files.ContainsKey(LockPath) || !request.Images.IsEmpty)
            made.Add(LockPath, Encoding.UTF8.GetBytes(images.ToYaml()));
        if (!files.ContainsKey(MetadataPath))
            made.Add(MetadataPath, Encoding.UTF8.GetBytes(MetadataOf(request.Repository.LastSegment)));
        IReadOnlyList<LayerEntry> entries = LayerTree.Create(files, made);
        PackedImage packed = await PackedImage.PackAsync(entries, ImmutableDictionary<string, string>.Empty.Add(BundleLabel.Name, "true"), cancellationToken);
        return new ProduceResult(new ProducedBundle(request, packed, images, entries), [], warnings.ToImmutable());
    }

    private async Task<ImmutableArray<LockedImage>> LockAsync(
        ProduceRequest request, IReadOnlyDictionary<string, ContentFile> files, ImmutableArray<Diagnostic>.Builder problems, CancellationToken cancellationToken)
    {
        ImagePinner pinner = new(registry, request.Concurrency);
        ImmutableArray<LockedImage> given = [];
        if (files.TryGetValue(LockPath, out ContentFile? file))
        {
            try
            {
                given = LockFile.Read(file.FullPath) is LockFileContent.OfImages { Lock: var images }
                    ? images.Images
                    : throw new AirgapException(ErrorCode.InvalidLock, $"{file.FullPath}: a bundle's images.yml is an ImagesLock, and this is a BundleLock.", "Write it with 'kbld --imgpkg-lock-output'.") { Location = new SourceLocation(file.FullPath) };
                await pinner.VerifyAsync(given, file.FullPath, problems, cancellationToken);
            }
            catch (AirgapException e)
            {
                problems.Add(e.ToDiagnostic() with { Location = e.Location ?? new SourceLocation(file.FullPath) });
            }
        }

        ImmutableArray<LockedImage> pinned = await pinner.PinAsync(request.Images, problems, cancellationToken);
        foreach (LockedImage image in pinned.Where(image => given.Any(other => Origins.Replaced(other).Id == Origins.Replaced(image).Id && other.Image.Digest != image.Image.Digest)))
        {
            string id = Origins.Replaced(image).Id!;
            problems.Add(new Diagnostic(
                ErrorCode.ConflictingImages,
                $"The text '{id}' stands for {image.Image}, and in {file!.FullPath} for another image.",
                "Leave it out of one of the two.")
            { Reference = id, Location = request.Images.First(wanted => wanted.KbldId == id).Location });
        }

        return [.. given, .. pinned.Where(image => !given.Any(other => Origins.Replaced(other) == Origins.Replaced(image)))];
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
}
