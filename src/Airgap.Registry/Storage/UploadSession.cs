using System.Buffers;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>
/// An upload in progress: a growing file and the hash of its content, computed while writing. Written bytes are kept
/// when a request breaks off, so that the client can resume from there.
/// </summary>
/// <param name="name">The repository.</param>
/// <param name="id">Its name in URLs.</param>
/// <param name="dataPath">The file.</param>
/// <param name="maxLength">The largest length in bytes.</param>
/// <param name="beforeWrite">Called before each write with its offset. For tests of a failing disk.</param>
internal sealed class UploadSession(string name, Guid id, string dataPath, long maxLength = long.MaxValue, Action<long>? beforeWrite = null)
{
    private const int BufferSize = 128 * 1024;

    private readonly UploadLock _lock = new();
    private IncrementalHash? _hash;
    private bool _mustRead;
    private long _length = new FileInfo(dataPath) is { Exists: true } file ? file.Length : 0;

    public string Name => name;

    public Guid Id => id;

    /// <summary>The number of bytes written.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>The time of the last request for it, UTC.</summary>
    public DateTime LastUsed { get; private set; } = LastWrite(dataPath);

    /// <summary>True once the session became a blob or was cancelled.</summary>
    public bool IsClosed { get; private set; }

    /// <inheritdoc cref="UploadLock.EnterAsync"/>
    public async Task<UploadLock.Lease> EnterAsync(CancellationToken cancellationToken)
    {
        UploadLock.Lease lease = await _lock.EnterAsync(cancellationToken);
        LastUsed = DateTime.UtcNow;
        CountWhatIsThere();
        return lease;
    }

    /// <inheritdoc cref="UploadLock.TryEnter"/>
    public UploadLock.Lease? TryEnter()
    {
        UploadLock.Lease? lease = _lock.TryEnter();
        if (lease is not null)
            CountWhatIsThere();
        return lease;
    }

    /// <summary>Appends a body to its end.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="algorithm">The hash algorithm, if already known.</param>
    /// <param name="cancellationToken">The lease's token.</param>
    /// <exception cref="UploadCutException">The body broke off; the bytes before are kept.</exception>
    public async Task AppendAsync(Stream body, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        if (_hash is null && Length == 0 && !_mustRead)
            _hash = IncrementalHash.CreateHash(algorithm);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using SafeFileHandle file =
                File.OpenHandle(dataPath, FileMode.Open, FileAccess.Write, FileShare.Read | FileShare.Delete);
            while (await ReadAsync(body, buffer, cancellationToken) is > 0 and int read)
            {
                if (Length + read > maxLength)
                    throw new UploadTooLongException();

                // The write runs on another thread while this one hashes. After a failed write the hash is discarded.
                ValueTask write = WriteAsync(file, buffer.AsMemory(0, read), _length);
                _hash?.AppendData(buffer.AsSpan(0, read));
                await write;
                Interlocked.Add(ref _length, read);
            }
        }
        catch
        {
            // From here on, only the file itself determines its content.
            DropHash();
            throw;
        }
        finally
        {
            LastUsed = DateTime.UtcNow;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// True when the written bytes have a digest. Bytes hashed while writing are not read again, unless a request
    /// failed.
    /// </summary>
    public async Task<bool> HasDigestAsync(Digest digest, CancellationToken cancellationToken)
    {
        using SafeFileHandle file =
            File.OpenHandle(dataPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        long length = RandomAccess.GetLength(file);
        if (length < _length)
            return false;

        // A failed write may have left bytes that were never confirmed.
        if (length != _length)
            RandomAccess.SetLength(file, _length);
        Flush(file);
        return _hash is not null && _hash.AlgorithmName == digest.HashAlgorithm
            ? Digest.FromHash(digest.HashAlgorithm, _hash.GetCurrentHash()) == digest
            : await FileDigest.ComputeAsync(file, _length, digest.HashAlgorithm, cancellationToken) == digest;
    }

    // After a failed flush, memory may differ from the disk: the next request reads from the disk.
    private void Flush(SafeFileHandle file)
    {
        try
        {
            DiskSync.Current.Flush(file, dataPath);
        }
        catch (IOException)
        {
            DropHash();
            DiskSync.Current.Forget(file);
            throw;
        }
    }

    /// <summary>Ends the session; a request that waits for the lock finds it closed.</summary>
    public void Close()
    {
        IsClosed = true;
        DropHash();
    }

    // Another program may have cut or removed the file since the last request. Bytes that are gone would become zeros.
    private void CountWhatIsThere()
    {
        if (IsClosed)
            return;
        FileInfo file = new(dataPath);
        if (!file.Exists)
        {
            Close();
        }
        else if (file.Length < _length)
        {
            Interlocked.Exchange(ref _length, file.Length);
            DropHash();
        }
    }

    private void DropHash()
    {
        _mustRead = true;
        _hash?.Dispose();
        _hash = null;
    }

    private static DateTime LastWrite(string path) => new FileInfo(path) is { Exists: true } file ? file.LastWriteTimeUtc : DateTime.UtcNow;

    private ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset)
    {
        beforeWrite?.Invoke(offset);
        return RandomAccess.WriteAsync(file, bytes, offset, CancellationToken.None);
    }

    private static async ValueTask<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            throw new UploadCutException(e);
        }
    }
}
