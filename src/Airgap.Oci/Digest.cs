using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Airgap.Oci;

/// <summary>
/// A content digest: algorithm and lower-case hex, such as <c>sha256:44136f…</c>. A value is always well-formed, except the
/// default value, which is not a digest and must not be used.
/// </summary>
/// <remarks>Source: OCI image specification, descriptor.md, "Digests". The registered algorithms sha256 and sha512 are supported.</remarks>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>
{
    private readonly string? _value;

    private Digest(string value) => _value = value;

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => Value[..Value.IndexOf(':')];

    /// <summary>The lower-case hex digits: 64 for sha256, 128 for sha512.</summary>
    public string Hex => Value[(Value.IndexOf(':') + 1)..];

    /// <summary>The hash of this digest's algorithm.</summary>
    internal HashAlgorithmName HashAlgorithm =>
        Value.StartsWith("sha256:", StringComparison.Ordinal) ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;

    /// <summary>False only for the default value.</summary>
    public bool HasValue => _value is not null;

    private string Value => _value ?? throw new InvalidOperationException("The default digest has no value.");

    /// <summary>Reads a digest.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidDigest"/>: not a digest.</exception>
    public static Digest Parse(string text) => TryParse(text, out Digest digest)
        ? digest
        : throw new AirgapException(
            ErrorCode.InvalidDigest,
            $"'{text}' is not a digest.",
            "A digest is sha256: and 64 lower-case hex digits (or sha512: and 128).");

    /// <summary>Reads a digest.</summary>
    /// <returns>False when the text is not a digest of a known algorithm.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null)
            return false;
        int prefix = text.StartsWith("sha256:", StringComparison.Ordinal) && text.Length == 7 + 64 ? 7
            : text.StartsWith("sha512:", StringComparison.Ordinal) && text.Length == 7 + 128 ? 7
            : 0;
        if (prefix == 0 || text.AsSpan(prefix).ContainsAnyExcept("0123456789abcdef"))
            return false;
        digest = new Digest(text);
        return true;
    }

    /// <summary>The sha256 digest of bytes in memory.</summary>
    public static Digest Compute(ReadOnlySpan<byte> content) => FromHash(HashAlgorithmName.SHA256, SHA256.HashData(content));

    /// <summary>The digest of bytes in memory, by the algorithm of another digest, so that the two can be compared.</summary>
    internal static Digest ComputeLike(Digest other, ReadOnlySpan<byte> content) => other.HashAlgorithm == HashAlgorithmName.SHA256
        ? Compute(content)
        : FromHash(HashAlgorithmName.SHA512, SHA512.HashData(content));

    /// <summary>True when this is the digest of bytes in memory. Makes no text of the other.</summary>
    internal bool IsOf(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        hash = hash[..CryptographicOperations.HashData(HashAlgorithm, content, hash)];
        Span<char> hex = stackalloc char[2 * SHA512.HashSizeInBytes];
        return Convert.TryToHexStringLower(hash, hex, out int length) && Value.AsSpan(Value.IndexOf(':') + 1).SequenceEqual(hex[..length]);
    }

    /// <summary>A digest from the raw bytes of a finished hash.</summary>
    /// <param name="algorithm">SHA256 or SHA512.</param>
    /// <param name="hash">32 or 64 bytes.</param>
    internal static Digest FromHash(HashAlgorithmName algorithm, ReadOnlySpan<byte> hash)
    {
        string name = algorithm == HashAlgorithmName.SHA256 && hash.Length == 32 ? "sha256:"
            : algorithm == HashAlgorithmName.SHA512 && hash.Length == 64 ? "sha512:"
            : throw new ArgumentException("Only SHA256 and SHA512 make digests.", nameof(algorithm));
        return new Digest(name + Convert.ToHexStringLower(hash));
    }

    /// <inheritdoc/>
    public bool Equals(Digest other) => string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value?.GetHashCode(StringComparison.Ordinal) ?? 0;

    /// <summary>Ordinal order of the text, which is the order of imgpkg's archives.</summary>
    public int CompareTo(Digest other) => string.CompareOrdinal(_value, other._value);

    /// <summary>The digest as text, <c>algorithm:hex</c>; empty for the default value.</summary>
    public override string ToString() => _value ?? "";

    /// <summary>Equality of the text.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Inequality of the text.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);
}
