using Airgap.Trust.Certificates;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests;

/// <summary>A keyless signature is refused by a root without the matching authority, log or time.</summary>
[TestClass]
public sealed class KeylessRootTests
{
    private static readonly Validity s_before = new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(30));

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ARootWithoutItsProof_RefusesWhatItAccepted()
    {
        TrustedRoot root = TrustFixtures.TrustedRoot();
        int accepted = 0;
        foreach (TrustCase one in TrustFixtures.Cases("keyless")
            .Where(one => one.Expect == "accept" && one.Text("kind") != "own-pki" && !one.Flag("notlog")))
        {
            if (!await AcceptsAsync(one, root))
                continue;
            accepted++;
            await RefusesAsync(one, "certificate logs before",
                With(root, certificateLogs: [.. root.CertificateLogs.Select(log => log with { Validity = s_before })]));
            await RefusesAsync(one, "certificate logs of another id",
                With(root, certificateLogs: [.. root.CertificateLogs.Select(log => log with { Id = new byte[32] })]));
            await RefusesAsync(one, "certificate logs of another key",
                With(root, certificateLogs: [
                    .. root.CertificateLogs.Select(
                        log => log with
                        {
                            Key = TrustFixtures.TrustedRoot("keyless/public-good.trusted_root.json").CertificateLogs[0].Key
                        })]));
            await RefusesAsync(one, "logs before", With(root, logs: [.. root.Logs.Select(log => log with { Validity = s_before })]));
            await RefusesAsync(one, "logs of another id", With(root, logs: [.. root.Logs.Select(log => log with { Id = new byte[32] })]));
            await RefusesAsync(one, "authorities before",
                With(root, authorities: [.. root.Authorities.Select(authority => authority with { Validity = s_before })]));
            await RefusesAsync(one, "authorities of others",
                With(root, authorities: TrustFixtures.TrustedRoot("keyless/public-good.trusted_root.json").Authorities));
        }

        Assert.IsGreaterThan(0, accepted);
    }

    [TestMethod]
    public async Task AStampOfSomebodyWhoIsNotTrustedThen_TellsNoTime()
    {
        TrustedRoot root = TrustFixtures.TrustedRoot();
        TrustedRoot stampsAlone = new()
        {
            Authorities = root.Authorities,
            CertificateLogs = root.CertificateLogs,
            TimestampAuthorities = root.TimestampAuthorities
        };
        int accepted = 0;
        foreach (TrustCase one in TrustFixtures.Cases("keyless").Where(one => one.Expect == "accept" && one.Text("kind") != "own-pki"))
        {
            if (!await AcceptsAsync(one, stampsAlone))
                continue;
            accepted++;
            await RefusesAsync(one, "authorities of stamps before",
                With(stampsAlone, stamps: [.. root.TimestampAuthorities.Select(authority => authority with { Validity = s_before })]));
            await RefusesAsync(one, "no authorities of stamps", With(stampsAlone, stamps: []));
            await RefusesAsync(one, "another leaf",
                With(stampsAlone, stamps: [
                    .. root.TimestampAuthorities.Select(authority => authority with { Leaf = root.Authorities[0].Roots[0] })]));
        }

        Assert.IsGreaterThan(0, accepted);
    }

    private static TrustedRoot With(
        TrustedRoot root, IReadOnlyList<LogKey>? logs = null, IReadOnlyList<LogKey>? certificateLogs = null,
        IReadOnlyList<Authority>? authorities = null, IReadOnlyList<Authority>? stamps = null) => new()
        {
            Logs = logs ?? root.Logs,
            CertificateLogs = certificateLogs ?? root.CertificateLogs,
            Authorities = authorities ?? root.Authorities,
            TimestampAuthorities = stamps ?? root.TimestampAuthorities,
        };

    private async Task RefusesAsync(TrustCase one, string what, TrustedRoot root) =>
        Assert.IsFalse(await AcceptsAsync(one, root), $"{one.Id}: {what}");

    private async Task<bool> AcceptsAsync(TrustCase one, TrustedRoot root)
    {
        SignatureDemand demand = new()
        {
            AnyOf = [new CertificateSigner(root, IdentityPattern.Parse(one.Text("identity")!), IdentityPattern.Parse(one.Text("issuer")!))]
        };
        return (await new ImageVerifier(new StorageStore("trust/keyless"), TimeProvider.System).VerifyAsync(
            one.Digest, one.Id, demand, TestContext.CancellationToken)).IsAccepted;
    }
}
