using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Logs;
using Airgap.Trust.Roots;
using Airgap.Trust.Times;

namespace Airgap.Trust.Signers;

/// <summary>An identity named by a certificate: keyless signing with Fulcio, or a private authority.</summary>
/// <param name="root">The trusted authorities and logs.</param>
/// <param name="identity">The name in the certificate; null for any.</param>
/// <param name="issuer">The issuer of the identity; null for any, if only the authority counts.</param>
/// <param name="mayBeNow">True if a certificate that is valid now needs no proof of its time: a private authority's certificates
/// live long.</param>
/// <param name="kind">The kind of the name, such as an e-mail address; null for any.</param>
internal sealed class CertificateSigner(
    TrustedRoot root, IdentityPattern? identity, IdentityPattern? issuer, bool mayBeNow = false, NameKind? kind = null)
    : Signer
{
    private static readonly Format s_format = Format.Signature("The signature");

    /// <inheritdoc/>
    public override string Name => identity?.Text ?? "the certificate authority";

    /// <inheritdoc/>
    public override SignedBy Verify(Evidence evidence, DateTimeOffset now)
    {
        if (evidence.Certificate is not { } certificate)
            throw Rejection.Of("It comes without a certificate.");
        VerificationKey key = CertificateReader.KeyOf(certificate, s_format);
        EntryClaims claims = new(evidence.Signed, evidence.Signature, certificate.RawDataMemory, evidence.Payload);
        List<LogKey> untimed = [];
        List<DateTimeOffset> times = [.. LogTimes(evidence, claims, untimed), .. StampedTimes(evidence)];
        if (times.Count == 0)
            times.Add(mayBeNow ? now : throw Rejection.Of("No trusted source proves the time of the signature."));
        if (untimed.Any(log => times.Any(time => !log.Validity.Contains(time))))
            throw Rejection.Of("The log of its entry is not trusted at that time.");
        VerifyChain(certificate, evidence.Between, times);
        string name = VerifyName(certificate, evidence.HasOneName);
        if (!key.Verify(evidence.Signed, evidence.Signature, evidence.MayUseOwnHash))
            throw Rejection.Of("It is not by the key of its certificate.");
        return new SignedBy(name, SignerNames.IssuerOf(certificate, s_format), times.Min());
    }

    private List<DateTimeOffset> LogTimes(Evidence evidence, EntryClaims claims, List<LogKey> untimed)
    {
        List<DateTimeOffset> times = [];
        if (root.Logs.Count == 0)
            return times;
        if (evidence.Entries.Count == 0)
            throw Rejection.Of("It is in no transparency log.");

        // A signature may be in further logs, which this root does not list yet; one of a listed log is needed.
        foreach (LogEntry entry in evidence.Entries.Where(IsOfListedLog).DefaultIfEmpty(evidence.Entries[0]))
        {
            (LogKey log, DateTimeOffset? time) = LogVerifier.Verify(entry, root.Logs, claims, evidence.NeedsPromise, evidence.NeedsProof);
            if (time is { } promised)
                times.Add(promised);
            else
                untimed.Add(log);

            // A time without a promise proves nothing, but one outside the certificate's validity contradicts the signature.
            if (time is null && entry.IntegratedTime is not (null or 0) and { } claimed && (claimed is < 0 or > LogEntry.LastTime
                || !TrustChain.IsValid(evidence.Certificate!, DateTimeOffset.FromUnixTimeSeconds(claimed))))
                throw Rejection.Of("Its log entry states a time at which its certificate was not valid.");
        }

        return times;
    }

    private bool IsOfListedLog(LogEntry entry) => root.Logs.Any(log => log.Id.AsSpan().SequenceEqual(entry.LogId));

    // A timestamp of an untrusted authority is ignored.
    private IEnumerable<DateTimeOffset> StampedTimes(Evidence evidence) => evidence.Timestamps
        .Select(token => TimestampToken.Verify(token, evidence.Signature, root.TimestampAuthorities, isAnswer: true)).OfType<Stamp>()
        .Select(stamp => stamp.Time);

    private void VerifyChain(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> brought, List<DateTimeOffset> times)
    {
        // A trusted root lists whole chains. A signature brings certificates between only for the authorities of a policy.json.
        IReadOnlyList<X509Certificate2> between = mayBeNow || kind is not null ? brought : [];
        foreach (DateTimeOffset time in times)
        {
            IReadOnlyList<X509Certificate2> chain = root.Authorities
                .Select(authority => (authority with { Between = [.. authority.Between, .. between] }).ChainOf(
                    certificate, time, TrustChain.CodeSigning))
                .FirstOrDefault(chain => chain is not null)
                ?? throw Rejection.Of(TrustChain.IsValid(certificate, time)
                    ? "Its certificate is not by an authority that is trusted for signing code."
                    : $"Its certificate was not valid when it was made ({time.UtcDateTime:u}).");
            if (root.CertificateLogs.Count > 0 && !IsPromised(certificate, chain))
                throw Rejection.Of("No trusted certificate log has promised to list its certificate (SCT).");
        }
    }

    private bool IsPromised(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> chain) => chain.Count > 1
        && CertificateTimestamp.Of(certificate, s_format).Any(promise =>
            root.CertificateLogs.Any(
                log => log.Key is { } key && log.Id.AsSpan().SequenceEqual(promise.LogId) && log.Validity.Contains(promise.Time)
                && key.Verify(SignedBytes.Of(promise.SignedBytes(certificate, chain[1], s_format)), promise.Signature)));

    private string VerifyName(X509Certificate2 certificate, bool hasOneName)
    {
        IReadOnlyList<string> names = hasOneName && kind is null
            ? SignerNames.OneSubject(certificate, s_format) : SignerNames.Subjects(certificate, s_format, kind);
        if (issuer is not null && (SignerNames.IssuerOf(certificate, s_format) is not { } actual || !issuer.Matches(actual)))
            throw Rejection.Of(
                $"Its identity was vouched for by '{SignerNames.IssuerOf(certificate, s_format)}', and not by '{issuer.Text}'.");
        return identity is null
            ? names.FirstOrDefault() ?? certificate.Subject
            : names.FirstOrDefault(name => kind == NameKind.Host ? IsHost(identity.Text, name) : identity.Matches(name))
            ?? throw Rejection.Of($"It is by '{string.Join("', '", names.Take(3))}', and not by '{identity.Text}'.");
    }

    // RFC 6125, as Go compares: without case, and a star is one whole label, the first.
    private static bool IsHost(string host, string name) => name.Equals(host, StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("*.", StringComparison.Ordinal) && host.IndexOf('.') is > 0 and int dot
        && host[dot..].Equals(name[1..], StringComparison.OrdinalIgnoreCase));
}
