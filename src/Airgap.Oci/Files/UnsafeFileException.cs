namespace Airgap.Oci.Files;

/// <summary>A file of this product is one that another user may have put there. It was not opened.</summary>
/// <param name="path">The file.</param>
/// <param name="why">Ends the sentence that begins with the file.</param>
internal sealed class UnsafeFileException(string path, string why) : IOException($"'{path}' {why}")
{
    /// <summary>The file.</summary>
    public string FileName { get; } = path;
}
