using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Deriving;

/// <summary>A file of a bundle.</summary>
/// <param name="Path">Its path in the bundle, with <c>/</c> as separator.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Runs">True if its owner may execute it.</param>
internal sealed record BundleFile(string Path, ReadOnlyMemory<byte> Bytes, bool Runs)
{
    /// <summary>The lock of a bundle.</summary>
    public const string LockPath = ".imgpkg/images.yml";

    /// <summary>A bundle's description of itself.</summary>
    public const string MetadataPath = ".imgpkg/bundle.yml";

    /// <summary>A bundle contains definitions and a lock: a larger one is not read into memory.</summary>
    private const long MaxBytes = 256 * 1024 * 1024;

    private const int MaxFiles = 100_000;

    /// <summary>Reads a bundle's files; of two with the same path, the last counts, as in unpacking.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidBundle"/>.</exception>
    public static async Task<ImmutableArray<BundleFile>> ReadAllAsync(
        Stream layer, ImageReference bundle, CancellationToken cancellationToken)
    {
        Dictionary<string, BundleFile> files = new(StringComparer.Ordinal);
        long total = 0;
        await BundleContent.ReadFilesAsync(layer, bundle, async (path, length, content, mode) =>
        {
            if (length > MaxBytes - total || files.Count >= MaxFiles)
                throw BundleContent.Invalid(bundle, $"it contains more than {MaxFiles} files or {MaxBytes / (1024 * 1024)} MiB");
            total += length;
            byte[] bytes = new byte[length];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            files[path] = new BundleFile(path, bytes, mode.HasFlag(UnixFileMode.UserExecute));
        }, cancellationToken);
        await layer.CopyToAsync(Stream.Null, cancellationToken);
        return [.. files.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>The lock among files.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidBundle"/> or <see cref="ErrorCode.InvalidLock"/>.</exception>
    public static ImagesLock LockOf(ImmutableArray<BundleFile> files, ImageReference bundle) =>
        files.FirstOrDefault(file => file.Path == LockPath) is { } found
            ? ImagesLock.Read(found.Bytes, $"{bundle}: {LockPath}")
            : throw BundleContent.Invalid(bundle, $"it contains no {LockPath}");
}
