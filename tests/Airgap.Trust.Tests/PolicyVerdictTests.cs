using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Policies;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests;

/// <summary>Every case of policy.json: our verdict is skopeo's, or differs for a reason given here.</summary>
[TestClass]
public sealed class PolicyVerdictTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task EveryCase_IsJudgedAsBySkopeo()
    {
        Expectations expectations = new(
        [
            new("skopeo", true, "skopeo judges the children that it copies, and never the index's own signature.",
                "key-data index:index-only", "key-data index:index-only --multi-arch all", "key-data index:one-child --multi-arch all"),
            new("skopeo", true, "registries.d is skopeo's; we look for signatures wherever a policy asks for them.", "key-data ok:p256 off",
                "key-data bad:source-of-copies off", "key-data bad:source-of-copies scoped"),
        ]);
        foreach (TrustCase one in TrustFixtures.Cases("policies"))
        {
            ImageReference image = ImageReference.Parse(one.Text("reference")!);
            string id =
                $"{one.Text("policy")} {one.Text("reference")!["registry.local:5055/trust/".Length..]} {one.Text("registries.d")}{one.Text("arguments")}".Trim();
            expectations.Take(one, await VerifyAsync(one.Text("policy")!, image), id: id);
        }

        expectations.AssertAll(98);
    }

    private async Task<Verdict> VerifyAsync(string policy, ImageReference image)
    {
        StorageStore store = new(image.Repository.Path);
        try
        {
            ContainersPolicy read = ContainersPolicy.Read(
                TrustFixtures.Bytes($"policies/{policy}.json"), policy, path => TrustFixtures.Bytes($"keys/{Path.GetFileName(path)}"));
            Digest digest = image.Digest ?? (await store.FindManifestAsync(image.Tag!, TestContext.CancellationToken))!.Digest;
            return await new PolicyVerifier(read, store, TimeProvider.System).VerifyAsync(image, digest, TestContext.CancellationToken);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.InvalidTrustPolicy)
        {
            return new Verdict([], e.ToDiagnostic());
        }
    }
}
