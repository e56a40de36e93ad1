using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Declarations;

/// <summary>Texts in manifests that come from files.</summary>
internal static class ManifestFiles
{
    /// <summary>A file's text.</summary>
    /// <exception cref="AirgapException">3xxx: the file cannot be read.</exception>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>The concatenated texts of PEM files.</summary>
    /// <exception cref="AirgapException">3xxx: a file cannot be read.</exception>
    public static string ReadAll(IEnumerable<string> paths) => string.Concat(paths.Select(path => Read(path).TrimEnd() + "\n"));
}
