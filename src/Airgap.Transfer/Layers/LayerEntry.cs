namespace Airgap.Transfer.Layers;

/// <summary>A file or folder of a layer.</summary>
/// <param name="Path">Its path in the layer, with <c>/</c> as separator; <c>.</c> for an input folder itself.</param>
/// <param name="FullPath">Its path on this machine.</param>
/// <param name="IsFolder">True for a folder.</param>
/// <param name="Size">A file's length in bytes; 0 for a folder.</param>
/// <param name="Mode">The value of the tar header's mode field.</param>
internal sealed record LayerEntry(string Path, string FullPath, bool IsFolder, long Size, long Mode)
{
    /// <summary>The content of a generated file; null to read <see cref="FullPath"/>.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }
}
