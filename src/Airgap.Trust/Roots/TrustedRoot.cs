using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Roots;

/// <summary>The trust anchors of keyless signatures: sigstore's <c>trusted_root.json</c>.</summary>
/// <remarks>Source: sigstore/protobuf-specs, sigstore_trustroot.proto. Only what it lists is required: without logs no entry, without
/// certificate logs no promise.</remarks>
internal sealed class TrustedRoot
{
    private const string MediaType = "application/vnd.dev.sigstore.trustedroot";
    private const int MaxEntries = 100;

    /// <summary>Transparency logs (Rekor).</summary>
    public IReadOnlyList<LogKey> Logs { get; init; } = [];

    /// <summary>Certificate logs.</summary>
    public IReadOnlyList<LogKey> CertificateLogs { get; init; } = [];

    /// <summary>Certificate authorities (Fulcio).</summary>
    public IReadOnlyList<Authority> Authorities { get; init; } = [];

    /// <summary>Timestamp authorities.</summary>
    public IReadOnlyList<Authority> TimestampAuthorities { get; init; } = [];

    /// <summary>Reads one.</summary>
    /// <param name="json">The bytes of the file.</param>
    /// <param name="name">The file, for failures.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustedRoot"/>.</exception>
    public static TrustedRoot Read(ReadOnlyMemory<byte> json, string name)
    {
        Format format = new(ErrorCode.InvalidTrustedRoot, $"The trusted root {name}",
            "Export it again ('cosign trusted-root create', or the trusted_root.json of the instance's TUF repository).");
        return StrictJson.Read(json, format, fields => Read(fields, format), Limits.ConfigBytes);
    }

    private static TrustedRoot Read(JsonFields fields, Format format)
    {
        if (fields.Text("mediaType")?.StartsWith(MediaType, StringComparison.Ordinal) != true)
            throw format.Invalid("its mediaType is not a trusted root's");
        TrustedRoot root = new()
        {
            Logs = [.. fields.Objects("tlogs", MaxEntries).Select(log => ReadLog(log, format))],
            CertificateLogs = [.. fields.Objects("ctlogs", MaxEntries).Select(log => ReadLog(log, format))],
            Authorities = [.. fields.Objects("certificateAuthorities", MaxEntries)
                .Select(authority => ReadAuthority(authority, format, stamps: false))],
            TimestampAuthorities = [
                .. fields.Objects("timestampAuthorities", MaxEntries).Select(authority => ReadAuthority(authority, format, stamps: true))],
        };
        return root.Authorities.Count > 0 || root.Logs.Count > 0 || root.TimestampAuthorities.Count > 0
            ? root : throw format.Invalid("it lists no authority or log");
    }

    private static LogKey ReadLog(JsonFields log, Format format)
    {
        JsonFields key = log.NeededObject("publicKey");
        byte[] bytes = key.NeededBytes("rawBytes");
        byte[] id = log.NeededObject("logId").NeededBytes("keyId");
        Validity validity = Validity.Read(key.Object("validFor")) ?? throw format.Invalid("a log in it has no start of validity");
        string name = Uri.TryCreate(log.Text("baseUrl"), UriKind.Absolute, out Uri? address) ? address.Host : "";
        return new LogKey(id, name,
            log.Text("hashAlgorithm") is "SHA2_256" ? ReadKey(key.Text("keyDetails"), bytes, format) : null, validity);
    }

    // A log with an unknown algorithm must not make the others unusable: its entries are refused, not the file.
    private static VerificationKey? ReadKey(string? details, byte[] bytes, Format format) => details switch
    {
        "PKCS1_RSA_PKCS1V5" => VerificationKey.Read(KeyFile.FromPkcs1(bytes, format), format),
        "PKIX_ECDSA_P256_SHA_256" or "PKIX_ECDSA_P384_SHA_384" or "PKIX_ECDSA_P521_SHA_512" or "PKIX_ED25519" =>
            VerificationKey.Read(bytes, format),
        _ when details?.StartsWith("PKIX_RSA_PKCS1V15", StringComparison.Ordinal) == true => VerificationKey.Read(bytes, format),
        _ => null,
    };

    private static Authority ReadAuthority(JsonFields authority, Format format, bool stamps)
    {
        X509Certificate2[] chain = [.. authority.NeededObject("certChain").Objects("certificates", Limits.Proofs)
            .Select(certificate => CertificateReader.FromDer(certificate.NeededBytes("rawBytes"), format))];
        if (chain.Length == 0)
            throw format.Invalid("an authority in it has no certificates");
        Validity validity = Validity.Read(authority.Object("validFor"))
            ?? throw format.Invalid("an authority in it has no start of validity");
        X509Certificate2? leaf = stamps && !IsAuthority(chain[0]) ? chain[0] : null;
        return new Authority(leaf, [chain[^1]], chain[..^1], validity);
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(extension => extension.CertificateAuthority);
}
