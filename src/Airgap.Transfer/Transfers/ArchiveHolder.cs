using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>Records which process writes an archive, in a small file next to the partial archive.</summary>
internal static class ArchiveHolder
{
    /// <summary>Locks an archive's path for this process.</summary>
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

    /// <summary>The position.</summary>
    /// <param name="path">The archive.</param>
    public static string PathOf(string path) => CompanionName.Of(path, ".partial.holder");

    /// <summary>Records that this process writes the archive, for the message of a process that finds it locked.</summary>
    public static void Write(string path) => Attempt(() =>
    {
        // A killed process left its own file; a link there is removed, not followed.
        File.Delete(PathOf(path));
        using FileStream file = OwnFile.CreateNew(PathOf(path));
        file.Write(HolderText.OfThisProcess());
    });

    /// <summary>Removes the record.</summary>
    public static void Clear(string path) => Attempt(() => File.Delete(PathOf(path)));

    /// <summary>The failure of a second run.</summary>
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
            "Wait for that run to end, or write another archive.")
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
