using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Sharding;

/// <summary>
/// The path of an archive in a plan, relative to the project's folder, since each machine may have the project elsewhere.
/// </summary>
internal static class PlannedArchive
{
    /// <summary>The path in the plan, with slashes on every system.</summary>
    public static string InPlan(PublishSettings settings, string path)
    {
        string relative = Path.GetRelativePath(settings.ProjectDirectory, path);
        return Path.IsPathRooted(relative) ? relative : relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <summary>The full path on this machine.</summary>
    public static string Here(PublishSettings settings, string planned) => settings.FullPath(planned);
}
