using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Signing;

/// <summary>The sigstore bundle next to a file: <c>FILE.sigstore.json</c>.</summary>
internal static class SignatureFile
{
    /// <summary>The path of a file's signature.</summary>
    public static string Of(string path) => StaleSignature.PathOf(path);

    /// <summary>Checks before anything moves that a signature can be written.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SignatureNotOurs"/>: a file that is not a signature
    /// exists there; or as <see cref="OutputCheck.OfFile"/>.</exception>
    public static void Check(string path)
    {
        string place = Of(path);
        OutputCheck.OfFile(place, makesFolder: true);
        if (Read(place) is { } bytes && !IsOne(bytes))
        {
            throw new AirgapException(
                ErrorCode.SignatureNotOurs, $"'{place}' is not a sigstore bundle, but would be replaced by one.",
                "Rename or remove this file.")
            { Location = new SourceLocation(place) };
        }
    }

    /// <summary>
    /// Writes the signature of an archive's bytes, unless one by the same key exists. A key that cannot sign a hash signs a statement with
    /// the archive's SHA-256 instead: pure Ed25519, as in cosign, would need all bytes twice.
    /// </summary>
    /// <returns>Its path.</returns>
    public static async Task<string> SignAsync(string path, HashedBytes content, SigningKey key, CancellationToken cancellationToken)
    {
        string place = Of(path);
        Check(path);
        if (Read(place) is { } there && IsBy(key, there, path, content, Statement.FileSignature))
            return place;
        byte[] bundle = key.SignsHashes
            ? await BundleWriter.OfBytesAsync(key, content, cancellationToken)
            : await BundleWriter.OfStatementAsync(
                key, StatementWriter.Write(
                    [new StatementWriter.Subject(
                        Path.GetFileName(path), Digest.FromHash(HashAlgorithmName.SHA256, content.Hash(HashAlgorithmName.SHA256)))],
                    Statement.FileSignature, predicate: null), cancellationToken);
        await AtomicFile.WriteAsync(place, bundle, mode: null, cancellationToken);
        return place;
    }

    /// <summary>Verifies a file by the signature next to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="anyOf">The accepted signers.</param>
    /// <param name="statement">
    /// The type that a signed statement must have. Others by the same key, such as an SBOM, do not approve the file.
    /// </param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveSignature"/>: there is none, or none is
    /// accepted.</exception>
    public static SignedBy Verify(string path, SignedBytes content, IReadOnlyList<Signer> anyOf, string statement)
    {
        string place = Of(path);
        if (Read(place) is not { } bundle)
            throw Refusal($"'{path}' is not signed: there is no '{place}'.", path);
        Verdict verdict = FileVerifier.Verify(content, bundle, $"'{path}'", anyOf, statement, DateTimeOffset.UtcNow);
        return verdict.Refusal is { } refusal ? throw Refusal(refusal.Message, path) : verdict.By[0];
    }

    /// <summary>Writes a statement about a file next to it, unless one about the same bytes by the same key exists.</summary>
    public static async Task<string> StateOnceAsync(
        string path, Digest digest, Func<byte[]> statement, SigningKey key, CancellationToken cancellationToken)
    {
        Check(path);
        HashedBytes content = new(Convert.FromHexString(digest.Hex));
        return Read(Of(path)) is { } there && IsBy(key, there, path, content, RelocationStatement.PredicateType)
            ? Of(path)
            : await StateAsync(path, statement(), key, cancellationToken);
    }

    /// <summary>Writes a statement about a file next to it.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> StateAsync(string path, byte[] statement, SigningKey key, CancellationToken cancellationToken)
    {
        Check(path);
        await AtomicFile.WriteAsync(
            Of(path), await BundleWriter.OfStatementAsync(key, statement, cancellationToken), mode: null, cancellationToken);
        return Of(path);
    }

    /// <summary>The failure of a file without the required signature.</summary>
    public static AirgapException Refusal(string why, string path) =>
        new(ErrorCode.ArchiveSignature, why, "Obtain the signature file that was made with it, or check the key with the signer.")
        {
            Location = new SourceLocation(path)
        };

    private static bool IsBy(SigningKey key, byte[] bundle, string path, SignedBytes content, string statement) => FileVerifier.Verify(
        content, bundle, path, [new KeySigner(key.Public, key.Name, [])], statement, DateTimeOffset.UtcNow).IsAccepted;

    // Null if there is no file.
    private static byte[]? Read(string place)
    {
        FileKind kind;
        try
        {
            kind = FileFacts.Of(place, followsLinks: true).Kind;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, place);
        }

        if (kind == FileKind.None)
            return null;
        return kind == FileKind.Regular
            ? WholeFile.Read(place, Limits.DocumentBytes,
                why => Refusal($"The signature '{place}' cannot be read: {why}.", place)).ToArray()
            : throw Refusal($"The signature '{place}' is not a regular file.", place);
    }

    private static bool IsOne(byte[] bytes)
    {
        try
        {
            SigstoreBundle.Read(bytes);
            return true;
        }
        catch (AirgapException)
        {
            return bytes.Length == 0;
        }
    }
}
