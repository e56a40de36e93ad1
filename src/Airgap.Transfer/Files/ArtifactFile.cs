using System.Text;
using Airgap.Oci;

namespace Airgap.Transfer.Files;

/// <summary>Writes a small file whole or not at all, and only where it would change.</summary>
internal static class ArtifactFile
{
    /// <summary>Writes the file, unless it has exactly this content: then its time stays.</summary>
    /// <param name="path">Full path; missing folders are made.</param>
    /// <param name="text">The content.</param>
    /// <param name="cancellationToken">Ends the writing; the file is then as it was.</param>
    /// <param name="mode">The file's mode; null for the default.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.FileFailure"/>.</exception>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken, UnixFileMode? mode = null)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        if (await HoldsAsync(path, content, cancellationToken))
            return;
        MakeFolder(Path.GetDirectoryName(path)!);
        await AtomicFile.WriteAsync(path, content, mode, cancellationToken);
    }

    /// <summary>Makes a folder.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.FileFailure"/>.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
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
            if (new FileInfo(path) is not { Exists: true } file || file.Length != content.Length)
                return false;
            byte[] present = await File.ReadAllBytesAsync(path, cancellationToken);
            return present.AsSpan().SequenceEqual(content);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }
}
