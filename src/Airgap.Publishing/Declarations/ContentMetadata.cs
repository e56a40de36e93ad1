using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// What the files of a project's bundle say of its PackageRepository. The bundle is one and its files are many, so that any of them may say
/// it, and none may say otherwise.
/// </summary>
internal static class ContentMetadata
{
    /// <summary>The metadata of the bundle.</summary>
    /// <param name="files">The metadata of each file, with a way to find its place.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ConflictingObject"/>: two files say different things.</exception>
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
                    "The items ImgpkgBundleContent say both " +
                    $"'{said[name]}' and '{text}' of {name}, and the bundle that is made of them is one.",
                    $"Give {name} to one of them, or the same to all.")
                { Location = place() };
            }
        }

        return said;
    }
}
