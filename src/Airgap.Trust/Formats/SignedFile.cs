using System.Security.Cryptography;

namespace Airgap.Trust.Formats;

/// <summary>
/// A signed file of any size. It is read once for its hashes, and a second time only for Ed25519, which hashes on its own.
/// </summary>
internal sealed class SignedFile : SignedBytes
{
    private const long MaxWhole = 256L * 1024 * 1024;
    private const int BufferBytes = 128 * 1024;

    private readonly string _path;
    private readonly long _length;
    private readonly byte[] _sha256;
    private readonly byte[] _sha384;
    private readonly byte[] _sha512;

    private SignedFile(string path, long length, byte[] sha256, byte[] sha384, byte[] sha512) =>
        (_path, _length, _sha256, _sha384, _sha512) = (path, length, sha256, sha384, sha512);

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<SignedFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using IncrementalHash sha384 = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        using IncrementalHash sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        byte[] buffer = new byte[BufferBytes];
        long length = 0;
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        await using (stream)
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                length += read;
                sha256.AppendData(buffer, 0, read);
                sha384.AppendData(buffer, 0, read);
                sha512.AppendData(buffer, 0, read);
            }
        }

        return new SignedFile(path, length, sha256.GetHashAndReset(), sha384.GetHashAndReset(), sha512.GetHashAndReset());
    }

    /// <inheritdoc/>
    public override byte[] Hash(HashAlgorithmName algorithm) =>
        algorithm == HashAlgorithmName.SHA256 ? _sha256
        : algorithm == HashAlgorithmName.SHA384 ? _sha384
        : algorithm == HashAlgorithmName.SHA512 ? _sha512
        : throw new ArgumentException("Only SHA-2 is used.", nameof(algorithm));

    /// <inheritdoc/>
    public override byte[] Whole()
    {
        if (_length > MaxWhole)
            throw Rejection.Of(
                $"The file has more than {MaxWhole} bytes, too many for an Ed25519 signature, which covers all bytes and not a hash. "
                + "A statement of the file's SHA-256 is verified at any size.");

        // Only the hashed bytes are verified.
        byte[] bytes = new byte[_length];
        using FileStream stream = new(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            && SHA256.HashData(bytes).AsSpan().SequenceEqual(_sha256)
            ? bytes : throw Rejection.Of("The file changed while it was read.");
    }
}
