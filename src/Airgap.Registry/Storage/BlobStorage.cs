using Airgap.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>Blobs: content that all repositories share, and the links that make it part of one.</summary>
internal sealed class BlobStorage(StorageLayout layout, AtomicFiles files)
{
    /// <summary>Whether the content is there, in whatever repository.</summary>
    public bool Exists(Digest digest) => File.Exists(layout.Blob(digest));

    /// <summary>Whether a repository has the blob.</summary>
    public bool Exists(string name, Digest digest) => AtomicFiles.ReadLink(layout.Layer(name, digest)) is { } target && Exists(target);

    /// <summary>Opens a repository's blob.</summary>
    /// <returns>Null when the repository does not have it.</returns>
    public SafeFileHandle? Open(string name, Digest digest) =>
        AtomicFiles.ReadLink(layout.Layer(name, digest)) is { } target ? OpenContent(target) : null;

    /// <summary>Opens content, in whatever repository.</summary>
    public SafeFileHandle? OpenContent(Digest digest)
    {
        try
        {
            return File.OpenHandle(layout.Blob(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Makes present content part of a repository.</summary>
    public void Link(string name, Digest digest) => files.WriteLink(layout.Layer(name, digest), digest);

    /// <summary>Takes a blob out of a repository. The content stays: another repository may have it.</summary>
    /// <returns>False when the repository does not have it.</returns>
    public bool Unlink(string name, Digest digest)
    {
        if (!Exists(name, digest))
            return false;
        File.Delete(layout.Layer(name, digest));
        return true;
    }

    /// <summary>Stores content that is in memory and has that digest.</summary>
    public void Write(Digest digest, ReadOnlySpan<byte> content)
    {
        if (new FileInfo(layout.Blob(digest)) is not { Exists: true } file || file.Length != content.Length)
            files.Write(layout.Blob(digest), content);
    }

    /// <summary>Makes a finished upload a blob of a repository: content first, link last.</summary>
    public void Accept(string name, Digest digest, string uploadedFile)
    {
        string path = layout.Blob(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            File.Move(uploadedFile, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && File.Exists(uploadedFile) && File.Exists(path))
        {
            // Windows does not replace a file that somebody reads. It has this very digest, so what is there is the same.
            File.Delete(uploadedFile);
        }

        Link(name, digest);
    }
}
