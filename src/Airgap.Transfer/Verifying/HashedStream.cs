using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Verifying;

/// <summary>Hashes what is read through it, and remembers that the stream below failed: such bytes prove nothing.</summary>
internal sealed class HashedStream(Stream inner, HashAlgorithmName algorithm) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <summary>True when a read failed.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The digest of what was read.</summary>
    public Digest DigestSoFar() => Digest.FromHash(algorithm, _hash.GetCurrentHash());

    public override int Read(Span<byte> buffer)
    {
        IsBroken = true;
        int read = inner.Read(buffer);
        IsBroken = false;
        Took(buffer[..read]);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        IsBroken = true;
        int read = await inner.ReadAsync(buffer, cancellationToken);
        IsBroken = false;
        Took(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Took(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Count += bytes.Length;
    }
}
