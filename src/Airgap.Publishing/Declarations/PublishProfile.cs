namespace Airgap.Publishing.Declarations;

/// <summary>Finds the publish profile that the SDK imports into a project.</summary>
/// <remarks>Source: Microsoft.NET.Sdk.ImportPublishProfile.targets.</remarks>
internal static class PublishProfile
{
    /// <summary>The end of a profile's name.</summary>
    public const string End = ".pubxml";

    // A project whose designer folder has another name, such as one in Visual Basic, has its profiles there.
    private static readonly string[] s_folders = ["Properties", "My Project"];

    /// <summary>The profile and the user's own file beside it; not all of them exist.</summary>
    /// <param name="projectFile">Full path of the project.</param>
    /// <param name="globals">The properties of the command line; null for none.</param>
    /// <param name="written">The properties that the project's files set.</param>
    public static IEnumerable<string> FilesOf(
        string projectFile, IReadOnlyDictionary<string, string>? globals, IEnumerable<ProjectText.Element> written)
    {
        ProjectText.Element[] known = [.. written];
        string folder = Path.GetDirectoryName(projectFile) ?? "";
        string[] files = [.. new[] { "WebPublishProfileFile", "PublishProfileFullPath" }.Select(ValueOf).Where(path => path.Length > 0)];
        string name = ValueOf("PublishProfileName") is { Length: > 0 } named ? named
            : Path.GetFileNameWithoutExtension(ValueOf("PublishProfile").Replace('\\', '/'));
        if (files.Length == 0 && name.Length > 0)
            files = [.. s_folders.Select(each => Path.Combine(folder, each, "PublishProfiles", name + End))];
        return files.Where(path => !path.Contains('\0', StringComparison.Ordinal))
            .SelectMany(path => new[] { path, path + ProjectText.UserEnd }).Select(path => Path.GetFullPath(Path.Combine(folder, path)));

        // The command line counts before the files; a value that another property is part of is not known.
        string ValueOf(string property)
        {
            string value = globals?.FirstOrDefault(
                pair => pair.Key.Equals(property, StringComparison.OrdinalIgnoreCase)).Value is { } given
                ? given
                : Array.FindLast(known, each => each.Name.Equals(property, StringComparison.OrdinalIgnoreCase))?.Value ?? "";
            return value.Contains('$', StringComparison.Ordinal) ? "" : value.Trim();
        }
    }
}
