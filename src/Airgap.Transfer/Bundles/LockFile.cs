using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>The content of a lock file: a BundleLock or an ImagesLock.</summary>
internal abstract record LockFileContent
{
    private LockFileContent()
    {
    }

    /// <summary>A bundle.</summary>
    public sealed record OfBundle(BundleLock Lock) : LockFileContent;

    /// <summary>Single images.</summary>
    public sealed record OfImages(ImagesLock Lock) : LockFileContent;
}

/// <summary>A lock file from a user.</summary>
internal static class LockFile
{
    /// <summary>Reads a lock file. Its <c>kind</c> determines the type of lock.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidLock"/> or <see cref="ErrorCode.LockWithoutDigest"/> with file, line and column;
    /// <see cref="ErrorCode.FileNotFound"/>, <see cref="ErrorCode.AccessDenied"/> or <see cref="ErrorCode.FileFailure"/>.
    /// </exception>
    public static LockFileContent Read(string path)
    {
        YamlContext context = YamlContext.Lock(path);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Read(YamlText.ReadToEnd(file, context), path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>Reads a lock from bytes in memory.</summary>
    /// <param name="yaml">The file's bytes.</param>
    /// <param name="path">The file's name in errors.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLock"/> or <see cref="ErrorCode.LockWithoutDigest"/>.</exception>
    public static LockFileContent Read(ReadOnlyMemory<byte> yaml, string path)
    {
        YamlContext context = YamlContext.Lock(path);
        YamlNode? root = YamlReader.Read(yaml.Span, context);
        return KindOf(root) switch
        {
            { Text: ImagesLock.Kind } => new LockFileContent.OfImages(ImagesLock.Read(root, context)),
            { Text: BundleLock.Kind } => new LockFileContent.OfBundle(BundleLock.Read(root, context)),
            { } other => throw context.Error(
                other, $"'kind' must be {ImagesLock.Kind} or {BundleLock.Kind}, not '{YamlFields.Shorten(other.Text)}'"),
            null => throw context.Error(
                root?.Line ?? 0, root?.Column ?? 0, $"the file is not a lock: 'kind' must be {ImagesLock.Kind} or {BundleLock.Kind}"),
        };
    }

    private static YamlScalar? KindOf(YamlNode? root) => (root as YamlMapping)?.Entries
        .Where(entry => string.Equals(entry.Key.Text, "kind", StringComparison.OrdinalIgnoreCase))
        .Select(entry => entry.Value)
        .OfType<YamlScalar>()
        .FirstOrDefault();
}
