using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Pulling.Unpacking;

namespace Airgap.Transfer.Pulling;

/// <summary>One pull into a separate folder: the root, the bundles it pins, and their lock files.</summary>
internal sealed class PullRun(
    IPullSource source, string folder, ImageUnpacker unpacker, bool recursive, Func<PullItem, CancellationToken, Task>? admit,
    IPullObserver observer)
{
    private const string LockPath = ".imgpkg/images.yml";

    private readonly HashSet<Digest> _seen = [];
    private readonly HashSet<Digest> _updated = [];
    private readonly List<(PullItem Item, string Path, ImagesLock? Lock)> _pulled = [];

    /// <summary>The unpacked items, the root first.</summary>
    public List<PulledItem> Items { get; } = [];

    /// <summary>The outcome for the root's images.yml.</summary>
    public LockUpdate RootLock { get; private set; }

    /// <summary>The number of links, devices and the like that were left out.</summary>
    public int SkippedEntries => unpacker.SkippedEntries;

    /// <summary>Unpacks everything and then rewrites the lock files.</summary>
    public async Task PullAsync(PullItem root, CancellationToken cancellationToken)
    {
        await PullAsync(root, "", depth: 0, cancellationToken);
        if (root.IsBundle && source.KnowsPlaces)
            await UpdateLocksAsync(cancellationToken);
        foreach ((PullItem item, string path, ImagesLock? images) in _pulled)
            Items.Add(new PulledItem(
                item.Reference, path, item.IsBundle, item.Manifest.MediaType, item.Manifest.Layers,
                images is not null && _updated.Contains(item.Manifest.Digest)));
    }

    private async Task PullAsync(PullItem item, string path, int depth, CancellationToken cancellationToken)
    {
        observer.Pulling(item.Reference, item.IsBundle, depth);
        if (!_seen.Add(item.Manifest.Digest))
        {
            observer.AlreadyPulled(item.Reference, depth);
            return;
        }

        if (depth >= BundleNode.MaxLevels)
            throw BundleNode.TooDeep(item.Reference);
        if (admit is not null)
            await admit(item, cancellationToken);
        await UnpackAsync(item, path, depth, cancellationToken);
        ImagesLock? images = item.IsBundle ? ReadLock(item, path) : null;
        _pulled.Add((item, path, images));
        if (!recursive || images is null)
            return;
        await foreach (PullItem nested in source.FindNestedAsync(item, images, cancellationToken))
            await PullAsync(nested, $".imgpkg/bundles/{nested.Manifest.Digest.Algorithm}-{nested.Manifest.Digest.Hex}",
                depth + 1, cancellationToken);
    }

    private async Task UnpackAsync(PullItem item, string path, int depth, CancellationToken cancellationToken)
    {
        string place = Path.Combine(folder, path);
        if (path.Length > 0)
        {
            // A bundle may have been packed with content there.
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            if (Directory.Exists(place))
                Directory.Delete(place, recursive: true);
        }

        UnpackedFolder unpacked = unpacker.NewFolder(place);
        for (int i = 0; i < item.Manifest.Layers.Length; i++)
        {
            Descriptor layer = item.Manifest.Layers[i];
            observer.Extracting(layer, i + 1, item.Manifest.Layers.Length, depth);
            observer.BlobStarted(layer);
            await unpacker.UnpackAsync(
                source.LayerOf(item, layer), $"{layer.Digest} of {item.Reference}", unpacked,
                bytes => observer.BlobProgress(layer, bytes), cancellationToken);
            observer.BlobFinished(layer, BlobOutcome.Copied);
        }
    }

    private ImagesLock ReadLock(PullItem item, string path)
    {
        string file = Path.Combine(folder, path, LockPath);
        if (!File.Exists(file))
        {
            throw new AirgapException(
                ErrorCode.InvalidBundle,
                $"The bundle {item.Reference} cannot be pulled: it contains no {LockPath}.",
                "Push the bundle again with 'push -b'.")
            { Reference = item.Reference.ToString() };
        }

        using FileStream stream = File.OpenRead(file);
        return ImagesLock.Read(stream, $"{item.Reference}: {LockPath}");
    }

    private async Task UpdateLocksAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < _pulled.Count; i++)
        {
            (PullItem item, string path, ImagesLock? images) = _pulled[i];
            bool isRoot = i == 0;
            if (isRoot)
                observer.Locating();
            bool hasEveryImage = await source.HasEveryImageAsync(item, images!, cancellationToken);
            if (isRoot)
            {
                RootLock = hasEveryImage ? LockUpdate.Updated : LockUpdate.Kept;
                observer.Located(item.Reference.Repository, hasEveryImage);
            }

            if (!hasEveryImage)
                continue;
            RepositoryName repository = item.Reference.Repository;
            ImagesLock relocated = new(
                [.. images!.Images.Select(image => image with { Image = ImageReference.ByDigest(repository, image.Image.Digest!.Value) })]);
            await AtomicFile.WriteAsync(
                Path.Combine(folder, path, LockPath),
                Encoding.UTF8.GetBytes(relocated.ToYaml()),
                OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(Path.Combine(folder, path, LockPath)),
                cancellationToken);
            _updated.Add(item.Manifest.Digest);
        }
    }
}
