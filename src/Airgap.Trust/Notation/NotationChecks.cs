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
        if (envelope.NeedsPlugin)
            throw Rejection.Of("Its signer demands a plugin of Notation to verify it, and plugins are not supported.");
        VerifyCritical(envelope);
        if (NotationEnvelope.AlgorithmOf(leaf) is not { } algorithm || algorithm != envelope.Algorithm)
            throw Rejection.Of($"Its algorithm '{envelope.Algorithm}' is not that of its key.");
        if (!envelope.IsBy(leaf))
            throw Rejection.Of("It is not by the key of its certificate.");
        if (ChainRules.ProblemOfSigner(envelope.Chain) is { } problem)
            throw Rejection.Of(problem);
        bool isClaimed = envelope.Scheme == NotationEnvelope.X509;
        if ((isClaimed ? envelope.SigningTime : envelope.AuthenticTime) is not { } time
            || (isClaimed ? envelope.AuthenticTime : envelope.SigningTime) is not null)
            throw Rejection.Of("Its signing time is missing, or is that of another signing scheme.");
        if (envelope.Expiry <= time)
            throw Rejection.Of("It expires before its signing time.");
    }

    private static void VerifyCritical(NotationEnvelope envelope)
    {
        List<string> needed = [NotationEnvelope.SchemeHeader];
        if (envelope.Expiry is not null)
            needed.Add(NotationEnvelope.ExpiryHeader);
        if (envelope.Scheme == NotationEnvelope.SigningAuthority)
            needed.Add(NotationEnvelope.AuthenticTimeHeader);
        if (envelope.Critical.Distinct(StringComparer.Ordinal).Count() != envelope.Critical.Count)
            throw Rejection.Of("It names a critical header twice.");
        if (needed.Except(envelope.Critical).FirstOrDefault() is { } missing)
            throw Rejection.Of($"The header '{missing}' is not among its critical ones.");
        if (envelope.Critical.Except(needed).FirstOrDefault() is { } unknown)
            throw Rejection.Of($"Its critical header '{unknown}' is not known.");
    }

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
        if (envelope.Expiry is { } expiry && now >= expiry)
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
        Stamp time = envelope.Timestamp is { } token
            && TimestampToken.Verify(token, envelope.Signature, [authority], isAnswer: false) is { } stamped
            ? stamped
            : throw Rejection.Of("It has no timestamp of an authority in the trust stores.");
        if (!time.NamesSigner)
            throw Rejection.Of("Its timestamp does not name its signer's certificate by SHA-2.");
        if (ChainRules.ProblemOfStamper(time.Chain) is { } problem)
            throw Rejection.Of($"Its timestamp does not count. {problem}");
        return envelope.Chain.All(time.IsWithin)
            ? time.Time : throw Rejection.Of("A certificate of its chain was not, or may not have been, valid at its timestamp's time.");
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
