using System.Security.Cryptography;
using System.Text;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing;

/// <summary>
/// Identifies a project in an archive shared by several projects: its name, and a hash of its path relative to the
/// archive. No path is carried over the gap.
/// </summary>
internal static class ArchiveOwner
{
    /// <summary>The name of a project, such as <c>App@1f0c2a9b7d3e</c>.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="archive">Full path of the archive.</param>
    public static string Of(PublishSettings settings, string archive)
    {
        string name = settings.ProjectName.Length > 0
            ? settings.ProjectName : Path.GetFileName(Path.TrimEndingDirectorySeparator(settings.ProjectDirectory));
        string place = Path.GetRelativePath(Path.GetDirectoryName(archive)!, settings.ProjectDirectory).Replace('\\', '/');
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..12];
        return $"{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'))}@{hash}";
    }
}
