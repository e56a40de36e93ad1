namespace Airgap.Transfer.Archives;

/// <summary>A file inside an archive.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Offset">The offset of its bytes in the archive.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Type">The type from its header.</param>
internal readonly record struct ArchiveEntry(string Name, long Offset, long Size, char Type = '0')
{
    /// <summary>True for a file whose bytes are its content.</summary>
    public bool IsRegular => Type is '0' or '\0' or '7';
}
