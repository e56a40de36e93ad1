using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>The last steps of a written archive: flush it to the disk, then rename it.</summary>
internal static class FinishedArchive
{
    /// <summary>Flushes its bytes to the disk.</summary>
    public static void Flush(FileStream file, EarlyFlush earlyFlush, ArchiveDisk disk, string path, string partialPath)
    {
        try
        {
            earlyFlush.Finish();
            disk.Flush(file.SafeFileHandle, partialPath);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>Renames the file, and flushes the name to the disk.</summary>
    public static Task TakeNameAsync(
        FileStream file, ArchiveDisk disk, string path, string partialPath, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                OutputTarget place = OutputTarget.OfWholeFile(path);
                ReplacedFile.PassOn(place.Facts, file.SafeFileHandle);
                cancellationToken.ThrowIfCancellationRequested();
                if (!FileLock.IsAt(file.SafeFileHandle, partialPath))
                    throw new UnsafeFileException(partialPath, "is no longer the file that this run wrote");
                // Renamed while locked: after it is released, the next run may open it under its old name and truncate
                // it.
                disk.Rename(partialPath, path);
                disk.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, path);
            }

            DeleteAside(PartialArchive.AsideOf(path));
        },
        cancellationToken);

    /// <summary>Removes a file to which nothing was written.</summary>
    public static void DeleteIfEmpty(FileStream file, string partialPath)
    {
        try
        {
            if (file.Length == 0)
                File.Delete(partialPath);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // The original failure is the one to report.
        }
    }

    // The archive is complete: what an interrupted run left only takes space, and the next run removes it. Windows refuses while another
    // program reads it.
    private static void DeleteAside(string aside)
    {
        try
        {
            File.Delete(aside);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
        }
    }
}
