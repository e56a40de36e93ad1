using Airgap.Oci;
using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Files;

/// <summary>Writes a small file so that no reader ever sees a part of it.</summary>
internal static class AtomicFile
{
    /// <summary>The mode of lock files: read and written by their owner only.</summary>
    public const UnixFileMode OwnerOnly = OwnFile.Private;

    private const string Ending = ".tmp";
    private const string Hexadecimal = "0123456789abcdef";

    // The length of the random part of such a name.
    private const int RandomPart = 16;

    /// <summary>
    /// Writes a temporary file next to its target and then renames it. An existing file is replaced, with its mode and,
    /// where the system allows it, its owner; a link is kept and its target is written; a device or pipe is written
    /// directly.
    /// </summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="mode">The mode of a new file, regardless of the umask; null for the default. Not used on
    /// Windows.</param>
    /// <param name="cancellationToken">Cancels the writing; the target is then unchanged.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.OutputUnsuited"/> (a folder, for one), <see cref="ErrorCode.FileNotFound"/> (no such folder),
    /// <see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.ForeignFile"/>, <see cref="ErrorCode.DiskFull"/> or
    /// <see cref="ErrorCode.FileFailure"/>.
    /// </exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        try
        {
            OutputTarget target = OutputTarget.OfFile(path);
            if (target.Kind == OutputKind.Stream)
                await WriteThroughAsync(target, content, cancellationToken);
            else
                await ReplaceAsync(target, content, mode, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is ArgumentException)
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>
    /// Removes the temporary files of this file whose writing processes were killed. Call it only if no other process is writing this file.
    /// Anything that is not a regular file of this user stays.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The folder cannot be listed, or another file system exception.</exception>
    public static void RemoveLeft(string path)
    {
        string sample = Path.GetFileName(CompanionName.Random(path, Ending));
        string beginning = sample[..^(RandomPart + Ending.Length)];
        foreach (string left in Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, $".*{Ending}"))
        {
            string name = Path.GetFileName(left);
            if (name.Length != sample.Length || !name.StartsWith(beginning, StringComparison.Ordinal)
                || name.AsSpan(beginning.Length, RandomPart).ContainsAnyExcept(Hexadecimal))
                continue;
            try
            {
                OwnFile.Check(left, FileFacts.Of(left, followsLinks: false));
                File.Delete(left);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                // A leftover file only takes space.
            }
        }
    }

    private static async Task ReplaceAsync(
        OutputTarget target, ReadOnlyMemory<byte> content, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        string temporary = CompanionName.Random(target.Path, Ending);
        bool created = false;
        try
        {
            await using (FileStream file = OwnFile.CreateNew(temporary, mode is null ? null : mode & OwnerOnly, FileOptions.Asynchronous))
            {
                created = true;
                if (target.Kind == OutputKind.File)
                    ReplacedFile.PassOn(target.Facts, file.SafeFileHandle);
                else if (mode is { } exact)
                    ReplacedFile.SetMode(file.SafeFileHandle, exact);
                await file.WriteAsync(content, cancellationToken);
                DiskSync.Current.Flush(file.SafeFileHandle, target.Path);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(temporary, target.Path, overwrite: true);
            created = false;
            DiskSync.Current.FlushFolder(target.Folder);
        }
        catch when (created)
        {
            TryDelete(temporary);
            throw;
        }
    }

    // Opening a pipe blocks until it has a reader, which may never happen.
    private static async Task WriteThroughAsync(OutputTarget target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (target.Descriptor is { } descriptor)
        {
            // Writes at the descriptor's current position, where a shell's later output continues.
            using SafeFileHandle handle = new(descriptor, ownsHandle: false);
            await Task.Run(() => Posix.Write(handle, content.Span, target.Path), cancellationToken);
            return;
        }

        Task<FileStream> opening = Task.Run(
            () => new FileStream(target.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), CancellationToken.None);
        await using FileStream stream = await opening.WaitAsync(cancellationToken);
        await stream.WriteAsync(content, cancellationToken);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // The original failure is the one to report.
        }
    }
}
