using System.Security.Cryptography;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;
using Airgap.Trust.Stored;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>A rule with several signers and an attestation: the one who signed must also have attested.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class AttestationSignerTests
{
    private const string Predicate = "https://example.com/tests/v1";
    private readonly SigningKey _one = NewKey("one");
    private readonly SigningKey _two = NewKey("two");

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void End()
    {
        _one.Dispose();
        _two.Dispose();
    }

    [TestMethod]
    public async Task AnAttestationByAnotherSigner_DoesNotCount()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = new(
            new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{fixture.Host}/apps/app"));
        using RegistryWriter writer = new(fixture.Address);
        Pushed pushed = await writer.PushImageAsync("apps/app", "v1", [1, 2, 3]);
        Descriptor image = (await repository.FindManifestAsync("v1", TestContext.CancellationToken))!.Descriptor;
        await StateAsync(repository, image, _one, Statement.CosignSignature);
        await StateAsync(repository, image, _two, Predicate);

        Verdict mixed = await VerifyAsync(repository, image, _one, _two);
        await StateAsync(repository, image, _two, Statement.CosignSignature);
        Verdict whole = await VerifyAsync(repository, image, _one, _two);

        Assert.IsFalse(mixed.IsAccepted);
        Assert.Contains($"The attestation '{Predicate}' of", mixed.Refusal!.Message);
        Assert.Contains("It is not by the key one", mixed.Refusal.Message);
        Assert.IsTrue(whole.IsAccepted, whole.Refusal?.Message);
        CollectionAssert.AreEqual(new[] { "two", "two" }, whole.By.Select(by => by.Signer).ToArray());
    }

    private Task<Verdict> VerifyAsync(IImageRepository repository, Descriptor image, params SigningKey[] keys) => ImageTrust.VerifyAsync(
        new TrustRule { AnyOf = [.. keys.Select(key => new KeySigner(key.Public, key.Name, []))], Attestations = [Predicate] },
        ImageReference.ByDigest(repository.Name, image.Digest), image, new RepositorySignatures(repository),
        TestContext.CancellationToken);

    private async Task StateAsync(IImageRepository repository, Descriptor image, SigningKey key, string predicateType)
    {
        byte[] statement = StatementWriter.Write([new StatementWriter.Subject(null, image.Digest)], predicateType, predicate: null);
        byte[] bundle = await BundleWriter.OfStatementAsync(key, statement, TestContext.CancellationToken);
        await AttachedBundle.PushAsync(repository, image, bundle, predicateType, TestContext.CancellationToken);
    }

    private static SigningKey NewKey(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SigningKeyFile.Read(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()), name, password: null);
    }
}
