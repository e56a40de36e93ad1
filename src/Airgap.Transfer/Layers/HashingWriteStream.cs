using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Layers;

/// <summary>Forwards bytes, and computes their count and sha256 digest.</summary>
internal sealed class HashingWriteStream(Stream output) : WriteOnlyStream
{
    private readonly RunningHash _hash = new(HashAlgorithmName.SHA256);

    /// <inheritdoc cref="RunningHash.Count"/>
    public long Count => _hash.Count;

    /// <inheritdoc cref="RunningHash.Digest"/>
    public Digest Digest => _hash.Digest;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.Add(buffer);
        output.Write(buffer);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hash.Add(buffer.Span);
        return output.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override void Flush() => output.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
