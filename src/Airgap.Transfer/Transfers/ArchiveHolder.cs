using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>Who writes an archive, in a small file beside the partial one, which itself has other content.</summary>
internal static class ArchiveHolder
{
    /// <summary>Takes an archive's place for this process.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveInUse"/>, or another 3xxx.</exception>
    public static FileLock Take(string path, string partialPath, ArchiveDisk disk)
    {
        try
        {
            return disk.TryTake(partialPath) ?? throw InUse(path, partialPath);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, partialPath);
        }
    }

    /// <summary>Where it stands.</summary>
    /// <param name="path">The archive.</param>
    public static string PathOf(string path) => SideName.Of(path, ".partial.holder");

    /// <summary>Records that this process writes the archive, for the message of a process that finds it locked.</summary>
    public static void Write(string path) => Attempt(() =>
    {
        // Who died left its own; a link that stands there is removed, not followed.
        File.Delete(PathOf(path));
        using FileStream file = OwnFile.CreateNew(PathOf(path));
        file.Write(HolderText.OfThisProcess());
    });

    /// <summary>Says no more.</summary>
    public static void Clear(string path) => Attempt(() => File.Delete(PathOf(path)));

    /// <summary>The failure of a run that came second.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="partialPath">The file that is locked.</param>
    public static AirgapException InUse(string path, string partialPath)
    {
        string? holder = null;
        Attempt(() =>
        {
            using FileStream? file = OwnFile.Open(PathOf(path), FileAccess.Read);
            holder = file is null ? null : HolderText.Read(file);
        });
        return new AirgapException(
            ErrorCode.ArchiveInUse,
            $"'{partialPath}' is being written by {holder ?? "another process"}.",
            "Wait for that run to end, or give this one another archive.")
        { Location = new SourceLocation(path) };
    }

    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // Nothing depends on it.
        }
    }
}
