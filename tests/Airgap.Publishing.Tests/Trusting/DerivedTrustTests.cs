using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>
/// A bundle that is derived by platforms has rewritten indexes, which nobody signed: behind the air gap they are taken only from an archive
/// whose verified signature proves that they were derived for it.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DerivedTrustTests : TrustTestBase
{
    private const string Bundle = "signed/index-bundle:v1.0.0";
    private const string Unsigned = "mirror/index-bundle:v1.0.0";

    private static RegistryFixture s_registry = null!;

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        s_registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        PublishResult signed = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{s_registry.Host}/{Unsigned}")],
            PublishItems.To($"{s_registry.Host}/signed", folder.Path) with { SigningKey = Private("p256"), SignImages = "tag" },
            context.CancellationToken);
        Assert.IsEmpty(signed.Failures);
    }

    [ClassCleanup]
    public static async Task StopAsync() => await s_registry.DisposeAsync();

    [TestMethod]
    [DataRow("Imgpkg", false)]
    [DataRow("LayoutTar", true)]
    public async Task RewrittenIndexes_AreTaken_OnlyWithTheArchivesSignature(string format, bool flattens)
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishItem item = Item(Bundle, flattens);
        PublishSettings near = Near("derived.tar") with { ArchiveFormat = Enum.Parse<ArchiveFormat>(format), Trust = Rules };
        PublishSettings far = Far(destination, "derived.tar");
        Assert.IsEmpty((await RunAsync(item, near)).Failures);

        PublishResult refused = await RunAsync(item, far);
        PublishPlan planned = await PlanAsync(item, far);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(item, far with { VerifyArchive = [Key("wrong")] }));
        AirgapException dry =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync(item, far with { VerifyArchive = [Key("wrong")] }));
        Assert.DoesNotContain(request => request.Method is "PUT" && request.Path.Contains("/manifests/", StringComparison.Ordinal),
            destination.Requests);
        PublishResult good = await RunAsync(item, far with { VerifyArchive = [Key("p384")] });

        Assert.IsGreaterThan(1, refused.Failures.Length, "the root, and what became of the indexes");
        Assert.IsTrue(refused.Failures.All(failure => failure.Advice.Contains("AirgapVerifyArchive", StringComparison.Ordinal)));
        Assert.HasCount(refused.Failures.Length, planned.Refusals);
        Assert.AreEqual(ErrorCode.ArchiveSignature, dry.Code, "a dry run rests on the signature, too");
        Assert.IsEmpty(good.Failures);
        Assert.HasCount(1, good.Items);
    }

    /// <summary>The connected side verifies what the platforms were chosen from.</summary>
    [TestMethod]
    public async Task TheOriginals_AreVerifiedOnTheConnectedSide()
    {
        PublishResult refused = await RunAsync(Item(Unsigned, flattens: false), Near("unsigned.tar") with { Trust = Rules });
        PublishResult good = await RunAsync(Item(Bundle, flattens: false), Near("signed.tar") with { Trust = Rules });

        Assert.IsTrue(refused.Failures.All(failure => failure.Code == ErrorCode.SignatureMissing));
        Assert.IsFalse(File.Exists(_folder["unsigned.tar"]));
        using RegistryClient client = Client();
        Assert.HasCount(refused.Failures.Length, good.Items[0].Signatures!.Value);
        foreach (ImageReference name in good.Items[0].Signatures!.Value.Select(image => ImageReference.Parse(image.Image)))
            Assert.IsNotNull(
                await client.GetRepository(name.Repository).ResolveAsync(name.Selector, TestContext.CancellationToken), "an original");
    }

    /// <summary>What was not derived needs its signature, whatever the archive's key has signed.</summary>
    [TestMethod]
    public async Task AnUnsignedImage_StaysRefused_InASignedArchive()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishItem whole = PublishItems.Bundle($"{s_registry.Host}/{Unsigned}");
        Assert.IsEmpty((await RunAsync(whole, Near("whole.tar"))).Failures);

        PublishResult refused = await RunAsync(whole, Far(destination, "whole.tar") with { VerifyArchive = [Key("p384")] });

        Assert.IsGreaterThan(1, refused.Failures.Length);
        Assert.IsTrue(refused.Failures.All(failure => failure.Code == ErrorCode.SignatureMissing
            && !failure.Advice.Contains("AirgapVerifyArchive", StringComparison.Ordinal)));
    }

    /// <summary>One archive of two items: the record of one exempts nothing of the other.</summary>
    [TestMethod]
    public async Task AnArchiveOfTwoItems_HasOneRecord_ForTheDerivedOneAlone()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishItem derived = Item(Bundle, flattens: false);
        PublishItem plain = PublishItems.Bundle($"{s_registry.Host}/mirror/simple-app-bundle:v1.0.0");
        PublishSettings near = Near("two.tar") with { ArchiveFormat = ArchiveFormat.LayoutTar };
        using RegistryClient client = Client();
        Assert.IsEmpty((await new Publisher(client).RunAsync([derived, plain], near, TestContext.CancellationToken)).Failures);
        PublishSettings far = Far(destination, "two.tar") with { VerifyArchive = [Key("p384")] };

        Assert.IsEmpty((await RunAsync(derived, far)).Failures);
        PublishResult both = await new Publisher(client).RunAsync([derived, plain], far, TestContext.CancellationToken);

        Assert.IsNotEmpty(both.Failures);
        Assert.IsTrue(both.Failures.All(failure => failure.Reference!.Contains("simple-app", StringComparison.Ordinal)));
    }

    private ImmutableArray<TrustItem> Rules => [.. Trust(s_registry.Host, (TrustItem.Key, Key("p256")))];

    private static string Key(string name) => SignedStorage.Key(name);

    private static string Private(string name) => Path.ChangeExtension(SignedStorage.Key(name), ".pem");

    private static PublishItem Item(string bundle, bool flattens) => PublishItems.Bundle(
        $"{s_registry.Host}/{bundle}",
        [("Platforms", "linux/amd64"), ("MissingPlatform", "skip"), .. flattens ? [("Flatten", "true")] : Array.Empty<(string, string)>()]);

    private PublishSettings Near(string archive) =>
        PublishItems.To("", _folder.Path) with { Archive = archive, SigningKey = Private("p384") };

    private PublishSettings Far(RegistryFixture destination, string archive) =>
        PublishItems.To($"{destination.Host}/far", _folder.Path) with { SourceArchive = archive, Trust = Rules };

    private async Task<PublishResult> RunAsync(PublishItem item, PublishSettings settings)
    {
        using RegistryClient client = Client();
        return await new Publisher(client).RunAsync([item], settings, TestContext.CancellationToken);
    }

    private async Task<PublishPlan> PlanAsync(PublishItem item, PublishSettings settings)
    {
        using RegistryClient client = Client();
        return await new Publisher(client).PlanAsync([item], settings, TestContext.CancellationToken);
    }

    private static RegistryClient Client() =>
        new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
}
