using System.Security.Cryptography;
using Airgap.Oci;

namespace Airgap.Transfer.Files;

/// <summary>The count and digest of bytes that pass through a stream.</summary>
internal sealed class RunningHash(HashAlgorithmName algorithm) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);

    /// <summary>The number of bytes so far.</summary>
    public long Count { get; private set; }

    /// <summary>The digest of the bytes so far.</summary>
    public Digest Digest => Digest.FromHash(algorithm, _hash.GetCurrentHash());

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Count += bytes.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
