using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Content;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;
using Airgap.Trust.Times;

namespace Airgap.Trust.Notation;

/// <summary>The checks of one envelope, in the order of the Notary Project: integrity, authenticity, expiry, time.</summary>
/// <param name="statement">The requirements.</param>
/// <param name="store">The trust stores.</param>
/// <param name="now">The time of the verification.</param>
internal sealed class NotationChecks(NotationStatement statement, NotationStore store, DateTimeOffset now)
{
    /// <summary>Verifies an envelope.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="image">The manifest that must be signed.</param>
    /// <param name="metadata">The required statements of the signer.</param>
    /// <exception cref="Airgap.Oci.AirgapException">It does not count.</exception>
    public SignedBy Verify(NotationEnvelope envelope, Descriptor image, IReadOnlyDictionary<string, string> metadata)
    {
        VerifyIntegrity(envelope);
        VerifyTarget(TargetArtifact.Read(envelope.Payload), image, metadata);
        DateTimeOffset? time = null;
        List<string> told = [];
        Enforce(statement.Level.Authenticity, told, () => VerifyAuthenticity(envelope));
        Enforce(statement.Level.Expiry, told, () => VerifyExpiry(envelope));
        Enforce(statement.Level.Timestamp, told, () => time = VerifyTime(envelope));
        return new SignedBy(envelope.Chain[0].Subject, envelope.Chain[0].Issuer, time)
        {
            Form = "notation",
            Skipped = string.Join(" ", [.. told, "Revocation was not checked."]),
            NotEnforced = told,
        };
    }

    /// <summary>The signature, its headers and the form of its chain.</summary>
    public static void VerifyIntegrity(NotationEnvelope envelope)
    {
        X509Certificate2 leaf = envelope.Chain[0];
        if (envelope.ContentType != NotationEnvelope.PayloadType)
            throw Rejection.Of("Its payload is not of the Notary Project's type.");
        if (envelope.Scheme is not (NotationEnvelope.X509 or NotationEnvelope.SigningAuthority))
            throw Rejection.Of($"Its signing scheme '{envelope.Scheme}' is not known.");
        VerifyCritical(envelope);
        if (NotationEnvelope.AlgorithmOf(leaf) is not { } algorithm || algorithm != envelope.Algorithm)
            throw Rejection.Of($"Its algorithm '{envelope.Algorithm}' is not that of its key.");
        if (!envelope.IsBy(leaf))
            throw Rejection.Of("It is not by the key of its certificate.");
        if (!MaySign(leaf) || TrustChain.Build(
            leaf, [envelope.Chain[^1]], envelope.Chain.Skip(1), at: null, TrustChain.CodeSigning) is not { } chain
            || !chain.Select(one => one.Thumbprint).SequenceEqual(envelope.Chain.Select(one => one.Thumbprint)))
        {
            throw Rejection.Of("Its certificates do not form a chain from a code signing certificate to a root.");
        }

        if ((envelope.Scheme == NotationEnvelope.X509 ? envelope.SigningTime : envelope.AuthenticTime) is not { } time
            || !TrustChain.IsValid(leaf, time))
            throw Rejection.Of("Its signing time is missing, or outside the validity of its certificate.");
    }

    private static void VerifyCritical(NotationEnvelope envelope)
    {
        List<string> needed = [NotationEnvelope.SchemeHeader];
        if (envelope.Expiry is not null)
            needed.Add(NotationEnvelope.ExpiryHeader);
        if (envelope.Scheme == NotationEnvelope.SigningAuthority)
            needed.Add(NotationEnvelope.AuthenticTimeHeader);
        if (needed.Except(envelope.Critical).FirstOrDefault() is { } missing)
            throw Rejection.Of($"The header '{missing}' is not among its critical ones.");
        if (envelope.Critical.Except(needed).FirstOrDefault() is { } unknown)
            throw Rejection.Of($"Its critical header '{unknown}' is not known.");
    }

    private static bool MaySign(X509Certificate2 leaf) =>
        leaf.Extensions.OfType<X509KeyUsageExtension>().Any(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
        && !leaf.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);

    private static void VerifyTarget(TargetArtifact target, Descriptor image, IReadOnlyDictionary<string, string> metadata)
    {
        if (target.Digest != image.Digest || target.Size != image.Size || target.MediaType != image.MediaType)
            throw Rejection.Of("It signs another manifest.");
        foreach ((string name, string value) in metadata)
        {
            if (target.Metadata.GetValueOrDefault(name) != value)
                throw Rejection.Of($"The signer did not say '{name}={value}'.");
        }
    }

    private void VerifyAuthenticity(NotationEnvelope envelope)
    {
        IReadOnlyList<X509Certificate2> trusted =
            store.Of(statement.Stores, envelope.Scheme == NotationEnvelope.X509 ? "ca" : "signingAuthority");
        if (!envelope.Chain.Any(certificate => trusted.Any(one => one.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))))
            throw Rejection.Of("Its chain leads to no certificate of the trust stores.");
        if (statement.Identities.Count > 0 && !statement.Identities.Any(identity => identity.Matches(envelope.Chain[0])))
            throw Rejection.Of($"It is by '{envelope.Chain[0].Subject}', whom the policy does not name.");
    }

    private void VerifyExpiry(NotationEnvelope envelope)
    {
        if (envelope.Expiry is { } expiry && now > expiry)
            throw Rejection.Of($"It has expired ({expiry.UtcDateTime:u}).");
    }

    private DateTimeOffset? VerifyTime(NotationEnvelope envelope)
    {
        if (envelope.Scheme == NotationEnvelope.SigningAuthority)
            return envelope.Chain.All(one => TrustChain.IsValid(one, envelope.AuthenticTime!.Value))
                ? envelope.AuthenticTime : throw Rejection.Of("A certificate of its chain was not valid when it was made.");
        IReadOnlyList<X509Certificate2> stampers = store.Of(statement.Stores, "tsa");
        bool isValidNow = envelope.Chain.All(one => TrustChain.IsValid(one, now));
        if (stampers.Count == 0 || (isValidNow && !statement.AlwaysStamped))
            return isValidNow ? null
                : throw Rejection.Of("A certificate of its chain is not valid now, and no trusted timestamp proves when it was made.");
        Authority authority = new(null, stampers, [], Validity.Always);
        DateTimeOffset time = envelope.Timestamp is { } stamp
            && TimestampToken.Verify(stamp, envelope.Signature, [authority]) is { } stamped
            ? stamped
            : throw Rejection.Of("It has no timestamp of an authority in the trust stores.");
        return envelope.Chain.All(one => TrustChain.IsValid(one, time))
            ? time : throw Rejection.Of("A certificate of its chain was not valid at the time of its timestamp.");
    }

    private static void Enforce(bool isEnforced, List<string> told, Action check)
    {
        try
        {
            check();
        }
        catch (Airgap.Oci.AirgapException e) when (!isEnforced && e.Code == Airgap.Oci.ErrorCode.SignatureRejected)
        {
            told.Add(e.Message);
        }
    }
}
