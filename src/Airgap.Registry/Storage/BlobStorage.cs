using System.Buffers;
using Airgap.Oci;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>Blobs: content that all repositories share, and the links that make it part of one.</summary>
internal sealed class BlobStorage(StorageLayout layout, AtomicFiles files)
{
    // A link whose time is more recent than this is not renewed: that is exact enough for the grace period.
    private static readonly TimeSpan s_freshEnough = TimeSpan.FromMinutes(1);

    /// <summary>Keeps content from being collected as garbage while it is being linked.</summary>
    public ContentPins Pins { get; } = new();

    /// <summary>True when the content exists, in any repository.</summary>
    public bool Exists(Digest digest) => File.Exists(layout.Blob(digest));

    /// <summary>True when a repository has the blob.</summary>
    public bool Exists(string name, Digest digest) => AtomicFiles.ReadLink(layout.Layer(name, digest)) is { } target && Exists(target);

    /// <summary>Opens a repository's blob.</summary>
    /// <returns>Null when the repository does not have it.</returns>
    public SafeFileHandle? Open(string name, Digest digest) =>
        AtomicFiles.ReadLink(layout.Layer(name, digest)) is { } target ? OpenContent(target) : null;

    /// <summary>Opens content of any repository.</summary>
    public SafeFileHandle? OpenContent(Digest digest)
    {
        try
        {
            return File.OpenHandle(layout.Blob(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete,
                FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Makes existing content part of a repository, as of now.</summary>
    public void Link(string name, Digest digest) => files.WriteFreshLink(layout.Layer(name, digest), digest);

    /// <summary>Makes a blob of another repository part of a repository; of any other if none is named.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryMount(string name, Digest digest, string? from)
    {
        using IDisposable pin = Pins.Hold(digest);
        if (from is null ? !Exists(digest) : !layout.CanHoldRepository(from) || !Exists(from, digest))
            return false;
        Link(name, digest);
        return true;
    }

    /// <summary>Records a use of a blob, if the repository has it: its grace period starts again.</summary>
    public void Renew(string name, Digest digest)
    {
        string link = layout.Layer(name, digest);
        if (AtomicFiles.TimeOf(link) is not { } time || DateTime.UtcNow - time < s_freshEnough)
            return;
        using IDisposable pin = Pins.Hold(digest);
        AtomicFiles.TryTouch(link);
    }

    /// <summary>Removes a blob from a repository. The content stays: another repository may use it.</summary>
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
        if (!StandsAs(digest, content))
            files.Write(layout.Blob(digest), content);
    }

    /// <summary>
    /// Makes a finished upload a blob of a repository: content first, link last. An existing blob whose bytes have its digest is left
    /// unchanged, and the upload is deleted; only a damaged blob is replaced.
    /// </summary>
    public async Task AcceptAsync(string name, Digest digest, string uploadedFile, CancellationToken cancellationToken)
    {
        using IDisposable pin = Pins.Hold(digest);
        if (await StandsAsync(digest, cancellationToken))
            File.Delete(uploadedFile);
        else
            AtomicFiles.MoveInto(uploadedFile, layout.Blob(digest));
        Link(name, digest);
    }

    private async Task<bool> StandsAsync(Digest digest, CancellationToken cancellationToken)
    {
        using SafeFileHandle? file = OpenContent(digest);
        return file is not null && await FileDigest.ComputeAsync(
            file, RandomAccess.GetLength(file), digest.HashAlgorithm, cancellationToken) == digest;
    }

    private bool StandsAs(Digest digest, ReadOnlySpan<byte> content)
    {
        using SafeFileHandle? file = OpenContent(digest);
        if (file is null || RandomAccess.GetLength(file) != content.Length)
            return false;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            long offset = 0;
            while (!content.IsEmpty)
            {
                int read = RandomAccess.Read(file, buffer.AsSpan(0, Math.Min(buffer.Length, content.Length)), offset);
                if (read == 0 || !content[..read].SequenceEqual(buffer.AsSpan(0, read)))
                    return false;
                content = content[read..];
                offset += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
