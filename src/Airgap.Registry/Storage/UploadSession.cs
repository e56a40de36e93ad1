using System.Buffers;
using System.Security.Cryptography;
using Airgap.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>
/// An upload under way: a growing file and the hash of what it holds, taken while it is written. Bytes that were written
/// stay when a request breaks off, so that the client goes on from there.
/// </summary>
internal sealed class UploadSession(string name, Guid id, string dataPath)
{
    private const int BufferSize = 128 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _writer;
    private IncrementalHash? _hash;
    private long _hashed;
    private long _length = new FileInfo(dataPath) is { Exists: true } file ? file.Length : 0;

    public string Name => name;

    public Guid Id => id;

    /// <summary>How many bytes have been written.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>True once the session became a blob or was cancelled.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>
    /// Takes the right to write. A request that comes while another writes takes over: the other one's client has given it
    /// up, and the server may learn of that only much later.
    /// </summary>
    public async Task<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        CancellationTokenSource mine = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock)
        {
            _writer?.Cancel();
            _writer = mine;
        }

        try
        {
            await _turn.WaitAsync(mine.Token);
        }
        catch
        {
            Forget(mine);
            throw;
        }

        return new Turn(this, mine);
    }

    /// <summary>Appends a body to its end.</summary>
    /// <param name="body">Where the bytes come from.</param>
    /// <param name="algorithm">The hash to take, where it is known already.</param>
    /// <param name="cancellationToken">Of the turn.</param>
    /// <exception cref="UploadCutException">The body broke off; what came before is kept.</exception>
    public async Task AppendAsync(Stream body, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        if (_hash is null && Length == 0)
            _hash = IncrementalHash.CreateHash(algorithm);
        using SafeFileHandle file = File.OpenHandle(dataPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read | FileShare.Delete);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await ReadAsync(body, buffer, cancellationToken) is > 0 and int read)
            {
                // The write runs on another thread while this one hashes.
                ValueTask write = RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), _length, CancellationToken.None);
                if (_hash is not null && _hashed == _length)
                {
                    _hash.AppendData(buffer.AsSpan(0, read));
                    _hashed += read;
                }

                await write;
                Interlocked.Add(ref _length, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether what was written has a digest. Bytes that were hashed on their way are not read again.</summary>
    public async Task<bool> HasDigestAsync(Digest digest, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(dataPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
        if (_hash is not null && _hash.AlgorithmName == digest.HashAlgorithm && _hashed == _length)
            return Digest.FromHash(digest.HashAlgorithm, _hash.GetCurrentHash()) == digest;
        using IncrementalHash hash = IncrementalHash.CreateHash(digest.HashAlgorithm);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long offset = 0;
            while (await RandomAccess.ReadAsync(file, buffer.AsMemory(0, BufferSize), offset, cancellationToken) is > 0 and int read)
            {
                hash.AppendData(buffer.AsSpan(0, read));
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Digest.FromHash(digest.HashAlgorithm, hash.GetCurrentHash()) == digest;
    }

    /// <summary>Ends the session; whoever waits for a turn finds it closed.</summary>
    public void Close()
    {
        IsClosed = true;
        _hash?.Dispose();
        _hash = null;
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

    private void Forget(CancellationTokenSource mine)
    {
        lock (_lock)
        {
            if (_writer == mine)
                _writer = null;
            mine.Dispose();
        }
    }

    /// <summary>The right to write, until it is disposed.</summary>
    internal readonly struct Turn(UploadSession session, CancellationTokenSource source) : IDisposable
    {
        /// <summary>Ends with the request, or when another request takes over.</summary>
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            session.Forget(source);
            session._turn.Release();
        }
    }
}

/// <summary>The request's body ended before its time.</summary>
internal sealed class UploadCutException(Exception inner) : Exception("The body broke off.", inner);
