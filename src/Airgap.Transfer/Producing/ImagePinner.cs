using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Producing;

/// <summary>Resolves the images of a bundle to digests, all of them before reporting problems.</summary>
internal sealed class ImagePinner(IRegistry registry, int concurrency)
{
    /// <summary>Resolves images.</summary>
    /// <param name="images">The images to pin.</param>
    /// <param name="problems">Receives a problem for each image that cannot be pinned, in order.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The entries of the lock, ordered by image and id, and the images that are in no registry.</returns>
    public async Task<PinnedImages> PinAsync(
        IReadOnlyList<ImageToPin> images, ImmutableArray<Diagnostic>.Builder problems, CancellationToken cancellationToken)
    {
        (LockedImage? Image, LocalImage? Local, Diagnostic? Problem)[] answers = new (LockedImage?, LocalImage?, Diagnostic?)[images.Count];
        await Parallel.ForAsync(
            0,
            images.Count,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken },
            async (i, token) => answers[i] = await TryPinAsync(images[i], token));
        problems.AddRange(answers.Select(answer => answer.Problem).OfType<Diagnostic>());
        ImmutableArray<LockedImage> entries =
        [
            .. answers.Select(answer => answer.Image).OfType<LockedImage>()
                .DistinctBy(Origins.Replaced)
                .OrderBy(image => image.Image.ToString(), StringComparer.Ordinal)
                .ThenBy(image => image.Annotations.GetValueOrDefault(Origins.Id), StringComparer.Ordinal),
        ];
        foreach (IGrouping<string?, LockedImage> same in entries.GroupBy(image => Origins.Replaced(image).Id)
            .Where(group => group.Count() > 1))
        {
            problems.Add(new Diagnostic(
                ErrorCode.ConflictingImages,
                $"The text '{same.Key}' means {same.Count()} images: {string.Join(", ", same.Select(image => image.Image))}.",
                "Give each image its own Id, as under packages/.")
            { Reference = same.Key, Location = images.First(image => image.KbldId == same.Key).Location });
        }

        return new PinnedImages(
            entries,
            [.. answers.Where(answer => answer.Local is not null).Select(answer => (answer.Image!.Image.Repository, answer.Local!))]);
    }

    /// <summary>Checks images that a lock already pins.</summary>
    public async Task VerifyAsync(
        IReadOnlyList<LockedImage> locked, string path, ImmutableArray<Diagnostic>.Builder problems, CancellationToken cancellationToken)
    {
        ImageToPin[] images = [.. locked.Select(image => image.Image.ToString()).Distinct(StringComparer.Ordinal)
            .Select(image => new ImageToPin(image, new SourceLocation(path)))];
        await PinAsync(images, problems, cancellationToken);
    }

    private async Task<(LockedImage?, LocalImage?, Diagnostic?)> TryPinAsync(ImageToPin image, CancellationToken cancellationToken)
    {
        try
        {
            ImageReference reference = ImageReference.Parse(image.Reference);
            if (image.IsPending)
                return default;
            Manifest? built = image.Built is { } told ? Manifest.Parse(told.Manifest) : null;
            LocalImage? local = image.Built?.ArchivePath is { } archive
                ? await LocalImage.ReadAsync(built!, archive, cancellationToken) : null;
            Digest digest = local is not null ? built!.Digest
                : image.Platform is { Length: > 0 } platform ? await SelectAsync(image, reference, platform, cancellationToken)
                : (await registry.GetRepository(reference.Repository)
                    .ResolveAsync(built?.Digest.ToString() ?? reference.Selector, cancellationToken) ?? throw NotFound(image)).Digest;
            return (Origins.Lock(reference, digest, image.Reference, image.KbldId), local, null);
        }
        catch (AirgapException e)
        {
            Diagnostic problem = e.ToDiagnostic();
            return (null, null, problem with
            {
                Location = problem.Location ?? image.Location,
                Reference = problem.Reference ?? image.Reference
            });
        }
    }

    private async Task<Digest> SelectAsync(ImageToPin image, ImageReference reference, string wanted, CancellationToken cancellationToken)
    {
        IImageRepository repository = registry.GetRepository(reference.Repository);
        Manifest manifest = await repository.FindManifestAsync(reference.Selector, cancellationToken) ?? throw NotFound(image);
        if (!manifest.IsIndex)
        {
            string? own = PlatformOf.Config(await ReadAsync(repository.GetBlob(manifest.Config!), cancellationToken));
            return own is not null && PlatformOf.Matches(own, wanted)
                ? manifest.Digest : throw NoPlatform(image, wanted, own is null ? [] : [own]);
        }

        IReadOnlyList<(string Platform, Digest Digest)> platforms = PlatformOf.Index(manifest);
        foreach ((string platform, Digest digest) in platforms)
        {
            if (PlatformOf.Matches(platform, wanted))
                return digest;
        }

        throw NoPlatform(image, wanted, [.. platforms.Select(child => child.Platform)]);
    }

    private static async Task<byte[]> ReadAsync(IBlobContent blob, CancellationToken cancellationToken)
    {
        if (blob.Descriptor.Size > Manifest.MaxBytes)
            return [];
        await using Stream stream = await blob.OpenAsync(0, cancellationToken);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory, cancellationToken);
        return memory.ToArray();
    }

    private static AirgapException NotFound(ImageToPin image) => new(
        ErrorCode.ImageToPinNotFound,
        $"The image '{image.Reference}', which the bundle is to pin, does not exist.",
        "Correct the reference, or push the image before making the bundle.")
    { Reference = image.Reference, Location = image.Location };

    private static AirgapException NoPlatform(ImageToPin image, string wanted, string[] has) => new(
        ErrorCode.NoMatchingPlatform,
        $"The image '{image.Reference}' has no platform '{wanted}'{(has.Length == 0 ? "" : $": it has {string.Join(", ", has)}")}.",
        "Give one of its platforms as OS/ARCHITECTURE[/VARIANT], or none to pin the image with all platforms.")
    { Reference = image.Reference, Location = image.Location };
}
