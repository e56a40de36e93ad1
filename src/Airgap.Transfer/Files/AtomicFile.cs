using System.Security.Cryptography;
using Airgap.Oci;

namespace Airgap.Transfer.Files;

/// <summary>Writes a small file so that nobody ever sees a part of it.</summary>
internal static class AtomicFile
{
    /// <summary>The mode of lock files: read and written by their owner only.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file beside its place and then moves it there, over a file that was there before.</summary>
    /// <param name="path">The file. Its folder must exist. Where it is a symbolic link, what it points to is written.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="mode">The file's mode, whatever the umask; null for the default. Not used on Windows.</param>
    /// <param name="cancellationToken">Ends the writing; the place is then as it was.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.FileNotFound"/> (no such folder), <see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/> or <see cref="ErrorCode.FileFailure"/>.
    /// </exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        try
        {
            string target = FollowLinks(Path.GetFullPath(path));
            if (IsDevice(target))
                await WriteInPlaceAsync(target, content, cancellationToken).ConfigureAwait(false);
            else
                await ReplaceAsync(target, content, mode, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is ArgumentException)
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static async Task ReplaceAsync(string target, ReadOnlyMemory<byte> content, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        if (Directory.Exists(target))
            throw new UnauthorizedAccessException("The path is a folder.");
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.tmp");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 };
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = mode & OwnerOnly;
        bool created = false;
        try
        {
            await using (FileStream file = new(temporary, options))
            {
                created = true;
                if (mode is { } exact && !OperatingSystem.IsWindows())
                    File.SetUnixFileMode(file.SafeFileHandle, exact);
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(temporary, target, overwrite: true);
            FolderFlush.Flush(Path.GetDirectoryName(target)!);
        }
        catch when (created)
        {
            TryDelete(temporary);
            throw;
        }
    }

    // A terminal or a pipe under /dev cannot be replaced by a file, and must not be.
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && ((path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal))
            || path.StartsWith("/proc/", StringComparison.Ordinal));

    private static async Task WriteInPlaceAsync(string target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using FileStream file = new(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
    }

    private static string FollowLinks(string path)
    {
        if (IsDevice(path))
            return path;
        FileSystemInfo? target = new FileInfo(path).LinkTarget is null ? null : File.ResolveLinkTarget(path, returnFinalTarget: true);
        return target?.FullName ?? path;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // The failure that led here is the one to tell.
        }
    }
}
