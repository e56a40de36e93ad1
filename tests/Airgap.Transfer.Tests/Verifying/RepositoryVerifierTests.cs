using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Tests.EndToEnd;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Verifying;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RepositoryVerifierTests : WireTestBase
{
    private const string Frontend = "apps/frontend";

    [TestMethod]
    [DataRow("mirror/simple-app-bundle")]
    [DataRow("mirror/nested-bundle")]
    [DataRow("mirror/index-bundle")]
    [DataRow("mirror/foreign-bundle")]
    [DataRow("mirror/signed-bundle")]
    [DataRow("mirror/repo-based")]
    [DataRow("user1/simple-app-bundle")]
    [DataRow("user1/nested-bundle")]
    public async Task ARelocationOrPushByImgpkg_IsValid(string repository)
    {
        VerificationResult result = await VerifyAsync(repository, null);
        Assert.IsEmpty(result.Problems, string.Join('\n', result.Problems));
        Assert.IsGreaterThan(2, result.Manifests);
        Assert.IsGreaterThan(2, result.Blobs);
    }

    [TestMethod]
    public async Task AFlippedBitOfAnyBlobOrManifestIsFound()
    {
        foreach (RecordedRequest read in await ReadsAsync())
        {
            VerificationResult result = await VerifyAsync(
                "mirror/nested-bundle", request => request.PathAndQuery == read.PathAndQuery ? Fault.CorruptBody(20) : null);
            Assert.IsTrue(result.Problems.Any(
                problem => problem.Code == ErrorCode.DigestMismatch && problem.Advice.Length > 0 && problem.Reference is not null),
                $"{read}: {string.Join('\n', result.Problems)}");
        }
    }

    [TestMethod]
    public async Task EverythingThatIsMissingIsFound()
    {
        foreach (RecordedRequest read in await ReadsAsync())
        {
            VerificationResult result = await VerifyAsync(
                "mirror/nested-bundle", request => request.Reference == read.Reference && request.Kind == read.Kind
                ? Fault.Status(404) : null);
            ErrorCode expected = read.Kind == RequestKind.BlobGet ? ErrorCode.BlobUnknown : ErrorCode.ManifestUnknown;
            Assert.IsTrue(result.Problems.Any(problem => problem.Code == expected), $"{read}: {string.Join('\n', result.Problems)}");
        }
    }

    [TestMethod]
    public async Task ANonDistributableLayer_MayBeAbsent_AndIsOtherwiseRead()
    {
        FakeRegistry fixtures = FakeRegistry.FromFixtures();
        Digest[] layers = [.. new[] { "apps/foreign-docker", "apps/foreign-oci" }
            .Select(name => fixtures.Get($"{Fixtures.Registry}/{name}"))
            .SelectMany(image => image.Manifests.SelectMany(digest => Manifest.Parse(image.BytesOf(digest)).Layers))
            .Where(layer => MediaTypes.IsNonDistributable(layer.MediaType)).Select(layer => layer.Digest).Distinct()];
        Assert.HasCount(2, layers);
        VerificationResult whole = await VerifyAsync("user1/foreign-bundle", null);
        Assert.AreEqual(0, whole.AbsentLayers);
        foreach (Digest layer in layers)
        {
            VerificationResult absent = await VerifyAsync(
                "user1/foreign-bundle", request => request.Reference == layer.ToString() ? Fault.Status(404) : null);
            Assert.IsEmpty(absent.Problems, string.Join('\n', absent.Problems));
            Assert.AreEqual(1, absent.AbsentLayers);
            Assert.AreEqual(whole.Blobs - 1, absent.Blobs);
            VerificationResult damaged = await VerifyAsync(
                "user1/foreign-bundle", request => request.Reference == layer.ToString() ? Fault.CorruptBody(3) : null);
            Assert.AreEqual(ErrorCode.DigestMismatch, damaged.Problems.Single().Code);
        }
    }

    [TestMethod]
    public async Task TagsThatAreMissingAreAllFound()
    {
        VerificationResult result = await VerifyAsync("mirror/nested-bundle", request =>
            request.Reference.EndsWith(".imgpkg", StringComparison.Ordinal) && !request.Reference.Contains("locations")
                && request.Kind is RequestKind.ManifestHead or RequestKind.ManifestGet ? Fault.Status(404) : null);
        Assert.IsGreaterThan(3, result.Problems.Count(problem => problem.Code == ErrorCode.ManifestUnknown));
        Assert.IsTrue(result.Problems.All(problem => problem.Digest is not null));
    }

    [TestMethod]
    public async Task ATagThatStandsForAnotherImageIsFound()
    {
        VerificationResult result = await VerifyAsync(
            "mirror/nested-bundle", request =>
            request.Kind == RequestKind.ManifestHead && request.Reference.Contains("d9771e46", StringComparison.Ordinal)
                && request.Reference.EndsWith(".imgpkg", StringComparison.Ordinal)
            ? Fault.Status(200, headers: [("Docker-Content-Digest", "sha256:" + new string('1', 64)),
                ("Content-Type", "application/vnd.oci.image.manifest.v1+json"), ("Content-Length", "500")])
            : null);
        Assert.AreEqual(ErrorCode.DestinationMismatch, result.Problems.Single().Code);
    }

    [TestMethod]
    public async Task EachTagThatImgpkgWroteIsMissed()
    {
        // All tags except the user's own, which the verification requests.
        string[] tags = [.. File.ReadAllLines(Fixtures.Golden("nested-bundle.mirror-tags.txt")).Select(line => line.Split(' ')[0])
            .Where(tag => tag != "v1.0.0")];
        Assert.HasCount(12, tags);
        foreach (string tag in tags)
        {
            VerificationResult result =
                await VerifyAsync("mirror/nested-bundle", request => request.Reference == tag ? Fault.Status(404) : null);
            Assert.IsTrue(result.Problems.Any(
                problem => problem.Code == ErrorCode.ManifestUnknown && problem.Message.Contains(tag, StringComparison.Ordinal)),
                $"{tag}: {string.Join('\n', result.Problems)}");
        }
    }

    [TestMethod]
    public async Task ABundleLockIsVerifiedWithItsTag()
    {
        string[][] tags = [.. (await File.ReadAllLinesAsync(Fixtures.Golden("nested-bundle.mirror-tags.txt"), Token))
            .Select(line => line.Split(' '))];
        string digest = tags.Single(tag => tag[0] == "v1.0.0")[1];
        string yaml = new BundleLock(ImageReference.Parse($"{Fixtures.Registry}/mirror/nested-bundle@{digest}"), "v1.0.0").ToYaml();
        VerificationResult right = await VerifyLockAsync(yaml, null);
        Assert.IsTrue(right.IsRight, string.Join('\n', right.Problems));
        Assert.EndsWith(digest, right.Target);
        Assert.AreEqual(tags.DistinctBy(tag => tag[1]).Count(), right.Manifests, "each once, however many bundles pin it");

        VerificationResult moved =
            await VerifyLockAsync(yaml, request => request.Kind == RequestKind.ManifestHead && request.Reference == "v1.0.0"
            ? Fault.Status(200, headers: [("Docker-Content-Digest", "sha256:" + new string('1', 64)),
                ("Content-Type", "application/vnd.oci.image.manifest.v1+json"), ("Content-Length", "500")]) : null);
        Assert.AreEqual(ErrorCode.DestinationMismatch, moved.Problems.Single().Code);
        VerificationResult gone = await VerifyLockAsync(yaml, request => request.Reference == "v1.0.0" ? Fault.Status(404) : null);
        Assert.AreEqual(ErrorCode.ManifestUnknown, gone.Problems.Single().Code);
    }

    [TestMethod]
    public async Task AnImagesLockIsVerifiedImageByImage()
    {
        string yaml = await File.ReadAllTextAsync(Fixtures.Golden("simple-app-bundle.pull.images.yml"), Token);
        VerificationResult right = await VerifyLockAsync(yaml, null);
        Assert.IsTrue(right.IsRight, string.Join('\n', right.Problems));
        Assert.AreEqual(2, right.Manifests);
        foreach (LockedImage locked in ImagesLock.Read(System.Text.Encoding.UTF8.GetBytes(yaml), "images.yml").Images)
        {
            VerificationResult wrong = await VerifyLockAsync(
                yaml, request => request.Kind == RequestKind.ManifestGet && request.Reference == locked.Image.Digest.ToString()
                ? Fault.CorruptBody(20) : null);
            Assert.AreEqual(ErrorCode.DigestMismatch, wrong.Problems.Single().Code);
        }
    }

    [TestMethod]
    public async Task AnImageIsNoBundle()
    {
        await using RegistryFixture registry = await FixturesAsync();
        using RegistryClient client = Client(registry);
        RegistryContent content = RegistryContent.At(registry.Host);
        string digest = (await content.ManifestAsync(Frontend, (await content.TagsAsync(Frontend))[0])).Digest;
        ImageReference reference = ImageReference.Parse($"{Fixtures.Registry}/{Frontend}@{digest}");
        VerificationResult result = await new Verifier(client).VerifyAsync(new RelocationSource.Bundle(reference), Token);
        Assert.AreEqual(ErrorCode.NotABundle, result.Problems.Single().Code);
        Assert.IsTrue((await new Verifier(client).VerifyAsync(new RelocationSource.Image(reference), Token)).IsRight);
    }

    private static Task<RegistryFixture> FixturesAsync() =>
        RegistryFixture.StartAsync(new RegistryFixtureOptions { WithFixtures = true, ReadOnly = true });

    /// <summary>The reads of a verification, one for each object.</summary>
    private async Task<IReadOnlyList<RecordedRequest>> ReadsAsync()
    {
        List<RecordedRequest> reads = [];
        await VerifyAsync("mirror/nested-bundle", request =>
        {
            lock (reads)
            {
                if (request.Kind is RequestKind.BlobGet or RequestKind.ManifestGet
                    && !reads.Exists(read => read.PathAndQuery == request.PathAndQuery))
                    reads.Add(request);
            }

            return null;
        });
        Assert.IsGreaterThan(10, reads.Count);
        return reads;
    }

    private Task<VerificationResult> VerifyAsync(string repository, Func<RecordedRequest, Fault?>? fault) =>
        VerifyAsync(new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/{repository}:v1.0.0")), fault);

    private async Task<VerificationResult> VerifyLockAsync(string yaml, Func<RecordedRequest, Fault?>? fault)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["lock.yml"], yaml, Token);
        return await VerifyAsync(new RelocationSource.Lock(folder["lock.yml"]), fault);
    }

    private async Task<VerificationResult> VerifyAsync(RelocationSource source, Func<RecordedRequest, Fault?>? fault)
    {
        await using RegistryFixture registry = await FixturesAsync();
        registry.OnRequest = (request, _) => fault?.Invoke(request);
        using RegistryClient client = Client(registry, retries: 1);
        return await new Verifier(client).VerifyAsync(source, Token);
    }
}
