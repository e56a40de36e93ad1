using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Judging;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>The sigstore bundle that lies beside a file: <c>FILE.sigstore.json</c>.</summary>
internal static class SignatureFile
{
    private const string Suffix = ".sigstore.json";

    /// <summary>Where the signature of a file lies.</summary>
    public static string Of(string path) => path + Suffix;

    /// <summary>Looks at the place of a signature before anything moves.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SignatureNotOurs"/>: something else stands there; or as
    /// <see cref="OutputCheck.OfFile"/>.</exception>
    public static void Check(string path)
    {
        string place = Of(path);
        OutputCheck.OfFile(place, makesFolder: true);
        if (Read(place) is { } bytes && !IsOne(bytes))
        {
            throw new AirgapException(
                ErrorCode.SignatureNotOurs, $"'{place}' is not a sigstore bundle, and would be replaced by one.",
                "Rename or remove this file.")
            { Location = new SourceLocation(place) };
        }
    }

    /// <summary>Writes the signature of a file's bytes, unless one by the same key stands there already.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> SignAsync(string path, SignedBytes content, SigningKey key, CancellationToken cancellationToken)
    {
        string place = Of(path);
        Check(path);
        if (Read(place) is { } there
            && FileJudge.Judge(content, there, path, [new KeySigner(key.Public, key.Name, [])], DateTimeOffset.UtcNow).IsAccepted)
            return place;
        await AtomicFile.WriteAsync(place, await BundleWriter.OfBytesAsync(key, content, cancellationToken), mode: null, cancellationToken);
        return place;
    }

    /// <summary>Judges a file by the signature beside it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveSignature"/>: there is none, or none that counts.</exception>
    public static SignedBy Verify(string path, SignedBytes content, IReadOnlyList<Signer> anyOf)
    {
        string place = Of(path);
        if (Read(place) is not { } bundle)
            throw Refusal($"'{path}' is not signed: there is no '{place}'.", path);
        Verdict verdict = FileJudge.Judge(content, bundle, $"'{path}'", anyOf, DateTimeOffset.UtcNow);
        if (verdict.Refusal is { } refusal)
            throw Refusal(refusal.Message, path);

        // Whatever else the key attests of a file, an SBOM for one, approves nothing.
        return SigstoreBundle.Read(bundle).Envelope is { } envelope && Statement.Read(envelope.Payload).PredicateType is var type
            && type != RelocationStatement.PredicateType
            ? throw Refusal(
                $"What is signed of '{path}' is a statement of the type '{type}', and not '{RelocationStatement.PredicateType}'.", path)
            : verdict.By[0];
    }

    /// <summary>The same, unless a statement about the same bytes by the same key stands there.</summary>
    public static async Task<string> StateOnceAsync(
        string path, Digest digest, Func<byte[]> statement, SigningKey key, CancellationToken cancellationToken)
    {
        Check(path);
        HashedBytes content = new(Convert.FromHexString(digest.Hex));
        return Read(Of(path)) is { } there
            && FileJudge.Judge(content, there, path, [new KeySigner(key.Public, key.Name, [])], DateTimeOffset.UtcNow).IsAccepted
            ? Of(path)
            : await StateAsync(path, statement(), key, cancellationToken);
    }

    /// <summary>Writes a statement about a file beside it.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> StateAsync(string path, byte[] statement, SigningKey key, CancellationToken cancellationToken)
    {
        Check(path);
        await AtomicFile.WriteAsync(
            Of(path), await BundleWriter.OfStatementAsync(key, statement, cancellationToken), mode: null, cancellationToken);
        return Of(path);
    }

    /// <summary>The failure of a file that is not signed as it has to be.</summary>
    public static AirgapException Refusal(string why, string path) =>
        new(ErrorCode.ArchiveSignature, why, "Bring the signature that was made with it, or ask who signed it for the key.")
        {
            Location = new SourceLocation(path)
        };

    // Null where nothing stands.
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
            : throw Refusal($"The signature '{place}' is no regular file.", place);
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
