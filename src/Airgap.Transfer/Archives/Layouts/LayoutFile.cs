using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>A file of a layout: a separate file, or an entry of a tar.</summary>
/// <param name="File">The file on the disk.</param>
/// <param name="Offset">The offset of its bytes in it.</param>
/// <param name="Size">Its length in bytes.</param>
internal readonly record struct LayoutFile(ArchiveFile File, long Offset, long Size)
{
    /// <summary>Reads all of a small file.</summary>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using Stream file = File.OpenStream(Offset);
            byte[] bytes = new byte[Size];
            await file.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, File.Path);
        }
    }
}
