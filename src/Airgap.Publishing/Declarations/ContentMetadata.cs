using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// The PackageRepository metadata on the files of a project's bundle. As one bundle has many files, any file may carry
/// the metadata, but two files must not contradict each other.
/// </summary>
internal static class ContentMetadata
{
    /// <summary>The metadata of the bundle.</summary>
    /// <param name="files">The metadata of each file, with a function for its location.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ConflictingObject"/>: two files contradict each
    /// other.</exception>
    public static IReadOnlyDictionary<string, string> Of(
        IEnumerable<(IReadOnlyDictionary<string, string> Metadata, Func<SourceLocation?> Place)> files)
    {
        Dictionary<string, string> said = new(StringComparer.OrdinalIgnoreCase);
        foreach ((IReadOnlyDictionary<string, string> metadata, Func<SourceLocation?> place) in files)
        {
            foreach ((string name, string value) in metadata)
            {
                string text = value.Trim();
                if (text.Length == 0 || !MetadataNames.All.Contains(name, StringComparer.OrdinalIgnoreCase) || said.TryAdd(name, text)
                    || said[name] == text)
                    continue;
                throw new AirgapException(
                    ErrorCode.ConflictingObject,
                    "The items ImgpkgBundleContent give both " +
                    $"'{said[name]}' and '{text}' as {name}, but they form one bundle.",
                    $"Give {name} to one of them, or the same value to all.")
                { Location = place() };
            }
        }

        return said;
    }
}
