using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>Writes a small file completely or not at all, and only if its content changes.</summary>
internal static class ArtifactFile
{
    /// <summary>Writes the file, unless it already has exactly this content: then its time is kept.</summary>
    /// <param name="path">Full path; missing folders are created.</param>
    /// <param name="text">The content.</param>
    /// <param name="cancellationToken">Cancels the writing; the file is then unchanged.</param>
    /// <param name="mode">The file's mode; null for the default.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>,
    /// <see cref="ErrorCode.FileFailure"/>.</exception>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken, UnixFileMode? mode = null)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        if (await HoldsAsync(path, content, cancellationToken))
            return;
        MakeFolder(OutputCheck.OfFile(path, makesFolder: true).Folder);
        await AtomicFile.WriteAsync(path, content, mode, cancellationToken);
    }

    /// <summary>Creates a folder.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>,
    /// <see cref="ErrorCode.FileFailure"/>.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            DiskSync.Current.MakeFolder(Path.GetFullPath(path));
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static async Task<bool> HoldsAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            if (OutputTarget.OfFile(path) is not { Kind: OutputKind.File } target || new FileInfo(target.Path).Length != content.Length)
                return false;
            byte[] present = await File.ReadAllBytesAsync(target.Path, cancellationToken);
            return present.AsSpan().SequenceEqual(content);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }
}
