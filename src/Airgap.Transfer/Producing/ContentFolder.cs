using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Producing;

/// <summary>Finds the files of a folder to make a bundle from.</summary>
internal static class ContentFolder
{
    /// <summary>The folder's files, except <c>.git</c> in its root.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileNotFound"/> or <see cref="ErrorCode.AccessDenied"/>.</exception>
    public static IReadOnlyList<ContentFile> List(string folder)
    {
        List<ContentFile> files = [];
        try
        {
            Walk(new DirectoryInfo(Path.GetFullPath(folder)), "", files);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, folder);
        }

        return files;
    }

    private static void Walk(DirectoryInfo folder, string prefix, List<ContentFile> files)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos(
            "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            string path = prefix + entry.Name;
            // In a worktree or a submodule it is a file, with a path of this machine.
            if (path == ".git")
                continue;
            // A link to a folder is not a file, and is reported as such.
            if (entry is not DirectoryInfo { LinkTarget: null } inner)
                files.Add(new ContentFile(path, entry.FullName));
            else
                Walk(inner, path + "/", files);
        }
    }
}
