namespace Airgap.Transfer.Archives;

/// <summary>A file inside an archive.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Where its bytes start, from the start of the archive.</param>
/// <param name="Size">Its length in bytes.</param>
internal readonly record struct ArchiveEntry(string Name, long Offset, long Size);
