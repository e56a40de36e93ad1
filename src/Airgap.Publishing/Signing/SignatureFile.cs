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

    /// <summary>Writes the signature of a file's bytes, unless one by the same key exists.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> SignAsync(string path, SignedBytes content, SigningKey key, CancellationToken cancellationToken)
    {
        string place = Of(path);
        Check(path);
        if (Read(place) is { } there
            && FileVerifier.Verify(content, there, path, [new KeySigner(key.Public, key.Name, [])], DateTimeOffset.UtcNow).IsAccepted)
            return place;
        await AtomicFile.WriteAsync(place, await BundleWriter.OfBytesAsync(key, content, cancellationToken), mode: null, cancellationToken);
        return place;
    }

    /// <summary>Verifies a file by the signature next to it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveSignature"/>: there is none, or none is
    /// accepted.</exception>
    public static SignedBy Verify(string path, SignedBytes content, IReadOnlyList<Signer> anyOf)
    {
        string place = Of(path);
        if (Read(place) is not { } bundle)
            throw Refusal($"'{path}' is not signed: there is no '{place}'.", path);
        Verdict verdict = FileVerifier.Verify(content, bundle, $"'{path}'", anyOf, DateTimeOffset.UtcNow);
        if (verdict.Refusal is { } refusal)
            throw Refusal(refusal.Message, path);

        // Other attestations of a file by the key, such as an SBOM, do not approve it.
        return SigstoreBundle.Read(bundle).Envelope is { } envelope && Statement.Read(envelope.Payload).PredicateType is var type
            && type != RelocationStatement.PredicateType
            ? throw Refusal(
                $"The signed statement about '{path}' has the type '{type}' instead of '{RelocationStatement.PredicateType}'.", path)
            : verdict.By[0];
    }

    /// <summary>The same for a statement about the same bytes by the same key.</summary>
    public static async Task<string> StateOnceAsync(
        string path, Digest digest, Func<byte[]> statement, SigningKey key, CancellationToken cancellationToken)
    {
        Check(path);
        HashedBytes content = new(Convert.FromHexString(digest.Hex));
        return Read(Of(path)) is { } there
            && FileVerifier.Verify(content, there, path, [new KeySigner(key.Public, key.Name, [])], DateTimeOffset.UtcNow).IsAccepted
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
