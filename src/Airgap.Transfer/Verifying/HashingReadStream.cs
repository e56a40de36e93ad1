using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Computes the count and digest of the bytes of a stream while they are read. After a failed read, they prove nothing.
/// </summary>
internal sealed class HashingReadStream(Stream inner, HashAlgorithmName algorithm) : ReadOnlyStream
{
    private readonly RunningHash _hash = new(algorithm);

    /// <inheritdoc cref="RunningHash.Count"/>
    public long Count => _hash.Count;

    /// <inheritdoc cref="RunningHash.Digest"/>
    public Digest Digest => _hash.Digest;

    /// <summary>True when a read failed.</summary>
    public bool IsBroken { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        IsBroken = true;
        int read = inner.Read(buffer);
        IsBroken = false;
        _hash.Add(buffer[..read]);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        IsBroken = true;
        int read = await inner.ReadAsync(buffer, cancellationToken);
        IsBroken = false;
        _hash.Add(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
