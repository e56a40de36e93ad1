namespace Airgap.Oci.Files;

/// <summary>
/// Another user may have created a file with the name of one of this product's files. It was not opened.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="why">The end of the sentence that begins with the file.</param>
internal sealed class UnsafeFileException(string path, string why) : IOException($"'{path}' {why}")
{
    /// <summary>The file.</summary>
    public string FileName { get; } = path;
}
