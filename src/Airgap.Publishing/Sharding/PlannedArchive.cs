using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Sharding;

/// <summary>The path of an archive in a plan: relative to the project's folder, which each machine has elsewhere.</summary>
internal static class PlannedArchive
{
    /// <summary>The path as a plan has it, with slashes on every system.</summary>
    public static string InPlan(PublishSettings settings, string path)
    {
        string relative = Path.GetRelativePath(settings.ProjectDirectory, path);
        return Path.IsPathRooted(relative) ? relative : relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <summary>The full path here.</summary>
    public static string Here(PublishSettings settings, string planned) => settings.FullPath(planned);
}
