using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Artifacts;

/// <summary>Removes artifacts that are unchanged since a publish wrote them.</summary>
internal static class ArtifactRemoval
{
    /// <summary>True when a path is textually below a folder, and no link is on the way.</summary>
    public static bool IsBelow(string file, string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetFullPath(file) != file || !file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return false;
        for (string? above = Path.GetDirectoryName(file); above is not null && above.Length > folder.Length;
            above = Path.GetDirectoryName(above))
        {
            if (new DirectoryInfo(above).LinkTarget is not null)
                return false;
        }

        return true;
    }

    /// <summary>Deletes a file that has this digest.</summary>
    /// <returns>False if it has another digest, or is a link or a folder, and was kept.</returns>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static bool TryRemove(string file, string digest)
    {
        try
        {
            FileInfo info = new(file);
            if (!info.Exists && info.LinkTarget is null)
                return !Directory.Exists(file);
            if (info.LinkTarget is not null || PublishedFileList.DigestOf(file) != digest)
                return false;
            info.Delete();
            return true;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, file);
        }
    }

    /// <summary>Deletes empty folders inside the artifacts' folder.</summary>
    public static void RemoveEmptied(string folder)
    {
        foreach (string inner in new[] { ArtifactFolder.Manifests, ArtifactFolder.Secrets })
            RemoveEmpty(Path.Combine(folder, inner));
    }

    /// <summary>Deletes a folder if it is empty.</summary>
    public static void RemoveEmpty(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && new DirectoryInfo(folder).LinkTarget is null
                && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // An empty folder does no harm.
        }
    }

    /// <summary>
    /// Deletes empty folders between the artifacts' folder and removed files: those of a registry that is no longer a
    /// destination.
    /// </summary>
    public static void RemoveEmptied(string folder, IEnumerable<string> files)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        foreach (string file in files)
        {
            for (string? above = Path.GetDirectoryName(file); above is not null && IsBelow(above, folder);
                above = Path.GetDirectoryName(above))
                RemoveEmpty(above);
        }
    }

    /// <summary>The warning about a kept file.</summary>
    public static Diagnostic Stays(string file, string why, string advice) =>
        new(ErrorCode.ArtifactChanged, $"{file} {why}, so it was kept.", advice) { Location = new SourceLocation(file) };
}
