using System.Security.Cryptography;

namespace Airgap.Trust.Formats;

/// <summary>The signed content: bytes in memory, or the hashes of a file.</summary>
internal abstract class SignedBytes
{
    /// <summary>The hash by an algorithm: SHA-256, SHA-384 or SHA-512.</summary>
    public abstract byte[] Hash(HashAlgorithmName algorithm);

    /// <summary>All bytes.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">They are not known, or are too many for memory.</exception>
    public abstract byte[] Whole();

    /// <summary>Bytes in memory.</summary>
    public static SignedBytes Of(ReadOnlyMemory<byte> bytes) => new Held(bytes);

    /// <summary>The hash of bytes.</summary>
    public static byte[] HashOf(HashAlgorithmName algorithm, ReadOnlySpan<byte> bytes) =>
        algorithm == HashAlgorithmName.SHA256 ? SHA256.HashData(bytes)
        : algorithm == HashAlgorithmName.SHA384 ? SHA384.HashData(bytes)
        : algorithm == HashAlgorithmName.SHA512 ? SHA512.HashData(bytes)
        : throw new ArgumentException("Only SHA-2 is used.", nameof(algorithm));

    private sealed class Held(ReadOnlyMemory<byte> bytes) : SignedBytes
    {
        public override byte[] Hash(HashAlgorithmName algorithm) => HashOf(algorithm, bytes.Span);

        public override byte[] Whole() => bytes.ToArray();
    }
}
