using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>The space that an archive still needs on its disk.</summary>
internal sealed class ArchiveSpace(string path, string folder, ArchiveDisk disk)
{
    private long _needed;

    /// <summary>Checks that this many bytes are free, if the disk reports its free space.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DiskFull"/>.</exception>
    public void Require(long bytes)
    {
        _needed = bytes;
        if (disk.FreeSpace(folder) is { } free && free < bytes)
            throw Full(free, null);
    }

    /// <summary>Records written bytes.</summary>
    public void Use(int bytes) => Interlocked.Add(ref _needed, -bytes);

    /// <summary>The failure of a write to a full disk.</summary>
    public AirgapException Full(Exception cause) => Full(disk.FreeSpace(folder) ?? 0, cause);

    private AirgapException Full(long free, Exception? cause)
    {
        long needed = Math.Max(0, Interlocked.Read(ref _needed));
        return new AirgapException(
            ErrorCode.DiskFull,
            $"The archive '{path}' needs {ByteSize.Format(needed)} more ({needed} bytes), but only {ByteSize.Format(free)} ({free} " +
            "bytes) are free.",
            $"Free some space and {AdviceTerms.Resume}, or write it to another disk.",
            cause)
        { Location = new SourceLocation(path) };
    }
}
