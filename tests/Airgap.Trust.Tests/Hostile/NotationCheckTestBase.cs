using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Trust.Notation;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Envelopes of Notation, and the checks of a policy.</summary>
public abstract class NotationCheckTestBase
{
    private protected static readonly DateTimeOffset s_now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private protected static readonly Descriptor s_image = new(MediaTypes.OciManifest, Digest.Compute("image"u8), 5);
    private protected static readonly Dictionary<string, string> s_none = [];

    private protected readonly TempFolder _folder = new();
    private protected readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private protected readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private protected X509Certificate2 _root = null!;

    [TestInitialize]
    public void Begin()
    {
        CertificateRequest request = new("C=US, ST=WA, O=Root", _rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(s_now.AddYears(-5), s_now.AddYears(5));
        foreach (string type in new[] { "ca", "signingAuthority" })
        {
            Directory.CreateDirectory(_folder[$"x509/{type}/own"]);
            Directory.CreateDirectory(_folder[$"x509/{type}/empty"]);
        }

        File.WriteAllBytes(_folder["x509/ca/own/root.crt"], _root.RawData);
    }

    [TestCleanup]
    public void End()
    {
        _folder.Dispose();
        _key.Dispose();
        _rootKey.Dispose();
        _root.Dispose();
    }

    private protected NotationEnvelope Envelope(X509Certificate2? leaf = null) => new()
    {
        Algorithm = "ES256",
        ContentType = NotationEnvelope.PayloadType,
        Scheme = NotationEnvelope.X509,
        Critical = [NotationEnvelope.SchemeHeader],
        SigningTime = s_now,
        Chain = [leaf ?? Leaf(), _root],
        Payload = Encoding.UTF8.GetBytes(
            $$$"""{"targetArtifact":{"mediaType":"{{{s_image.MediaType}}}","digest":"{{{s_image.Digest}}}","size":{{{s_image.Size}}} }}"""),
        Signature = [1],
        IsBy = _ => true,
    };

    private protected X509Certificate2 Leaf(X500DistinguishedName subject) => Leaf(subject, X509KeyUsageFlags.DigitalSignature);

    private protected X509Certificate2 Leaf(
        string subject = "C=US, ST=WA, O=Signer", X509KeyUsageFlags? usage = X509KeyUsageFlags.DigitalSignature, bool isAuthority = false,
        string purpose = "1.3.6.1.5.5.7.3.3", DateTimeOffset? end = null) =>
        Leaf(new X500DistinguishedName(subject), usage, isAuthority, purpose, end);

    private protected X509Certificate2 Leaf(
        X500DistinguishedName subject, X509KeyUsageFlags? usage, bool isAuthority = false, string purpose = "1.3.6.1.5.5.7.3.3",
        DateTimeOffset? end = null)
    {
        CertificateRequest request = new(subject, _key, HashAlgorithmName.SHA256);
        if (usage is { } flags)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, true));
        if (isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        return request.Create(
            _root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), s_now.AddYears(-1), end ?? s_now.AddYears(1),
            RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>A certificate with other extensions.</summary>
    private protected X509Certificate2 Issue(params X509Extension[] extensions)
    {
        CertificateRequest request = new("C=US, ST=WA, O=Signer", _key, HashAlgorithmName.SHA256);
        foreach (X509Extension extension in extensions)
            request.CertificateExtensions.Add(extension);
        return request.Create(
            _root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), s_now.AddYears(-1), s_now.AddYears(1),
            RandomNumberGenerator.GetBytes(8));
    }

    private protected static NotationIdentity Identity(string subject) =>
        NotationIdentity.Parse($"x509.subject: {subject}", NotationEnvelope.Format);

    private protected NotationChecks Checks(
        string[]? stores = null, NotationIdentity[]? identities = null, NotationLevel? level = null, bool withStampers = false,
        bool alwaysStamped = true, bool withAuthority = false)
    {
        if (withStampers)
        {
            Directory.CreateDirectory(_folder["x509/tsa/own"]);
            File.WriteAllBytes(_folder["x509/tsa/own/root.crt"], _root.RawData);
        }

        if (withAuthority)
        {
            Directory.CreateDirectory(_folder["x509/signingAuthority/own2"]);
            File.WriteAllBytes(_folder["x509/signingAuthority/own2/root.crt"], _root.RawData);
        }

        return new NotationChecks(
            new NotationStatement(
                "s", ["*"], level ?? new NotationLevel(false, true, true, true), stores ?? ["ca:own"], identities ?? [], alwaysStamped),
            new NotationStore(_folder.Path), s_now);
    }

    private protected SignedBy Verify(NotationEnvelope envelope, NotationChecks? checks = null) =>
        (checks ?? Checks()).Verify(envelope, s_image, s_none);

    private protected void Refused(string why, NotationEnvelope envelope, Descriptor? image = null, NotationChecks? checks = null)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => (checks ?? Checks()).Verify(envelope, image ?? s_image, s_none));
        Assert.AreEqual(ErrorCode.SignatureRejected, e.Code);
        Assert.Contains(why, e.Message);
    }
}
