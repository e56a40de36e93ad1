using Airgap.Oci.Files;

namespace Airgap.Oci.Content;

/// <summary>
/// A temporary file that no other process can open: created with access only for its owner, and immediately unlinked
/// (or, if the system cannot do that, deleted when closed). So nothing is left behind, however the process ends. It is
/// closed with the last reference to it.
/// </summary>
internal sealed class SpillFile
{
    private readonly FileStream _file;
    private readonly string _folder;
    private long _length;

    private SpillFile(FileStream file, string folder)
    {
        _file = file;
        _folder = folder;
    }

    /// <summary>Makes a file in a folder.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static SpillFile Create(string folder)
    {
        string path = Path.Combine(folder, $"airgap-{Path.GetRandomFileName()}");
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = OperatingSystem.IsWindows() ? FileShare.None : FileShare.Delete,
            BufferSize = 0,
        };
        if (OperatingSystem.IsWindows())
            options.Options = FileOptions.DeleteOnClose;
        else
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream file = new(path, options);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return new SpillFile(file, folder);
    }

    /// <summary>Writes bytes at the end. One writer at a time.</summary>
    /// <returns>Their offset.</returns>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        long offset = _length;
        RandomAccess.Write(_file.SafeFileHandle, bytes, offset);
        _length = offset + bytes.Length;
        return offset;
    }

    /// <summary>Reads bytes back.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileFailure"/>: they cannot be read, or
    /// differ.</exception>
    public ReadOnlyMemory<byte> Read(long offset, int length, Digest digest)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        try
        {
            for (int done = 0; done < length;)
            {
                int read = RandomAccess.Read(_file.SafeFileHandle, bytes.AsSpan(done), offset + done);
                if (read == 0)
                    throw new EndOfStreamException();
                done += read;
            }
        }
        catch (IOException e)
        {
            throw Failed(digest, e);
        }

        return Digest.ComputeLike(digest, bytes) == digest ? bytes : throw Failed(digest, null);
    }

    /// <summary>Reads some bytes back; the caller verifies them.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public ValueTask<int> ReadSomeAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_file.SafeFileHandle, buffer, offset, cancellationToken);

    /// <summary>Frees its space immediately.</summary>
    public void Close() => _file.Dispose();

    private AirgapException Failed(Digest digest, Exception? cause) => new(
        ErrorCode.FileFailure,
        $"A temporary file in '{_folder}' no longer has {digest}, which was written to it: {cause?.Message ?? "the bytes differ."}",
        $"Check that disk, or {TemporaryFolder.NameAnother}.",
        cause)
    { Digest = digest.ToString() };
}
