using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>Signatures on the command line: without the required signatures, nothing moves.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
[DoNotParallelize] // The tests count the requests of one registry.
public sealed class TrustTests
{
    private static readonly string s_trust = Path.Combine(Fixtures.Root, "trust");
    private static RegistryFixture s_registry = null!;

    private static string Bundle => $"{s_registry.Host}/{SignedStorage.Bundle}";

    private static string BundleOfUnsigned => $"{s_registry.Host}/{SignedStorage.BundleOfUnsigned}";

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) =>
        s_registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });

    [ClassCleanup]
    public static async Task StopAsync() => await s_registry.DisposeAsync();

    [TestMethod]
    public async Task Verify_TellsWhoSignedTheBundleAndItsImages()
    {
        CliResult text = await InProcess.RunAsync("verify", "-b", Bundle, "--verify-key", SignedStorage.Key("p256"));
        (int exitCode, JsonElement document) = await JsonAsync("verify", "-b", Bundle, "--verify-key", SignedStorage.Key("p256"));

        Assert.AreEqual(0, text.ExitCode, text.Error);
        Assert.Contains("p256.pub (cosign)", text.Output);
        Assert.AreEqual(0, exitCode);
        string[] digests = [.. document.GetProperty("signatures").EnumerateArray().Select(one => one.GetProperty("digest").GetString()!)];
        Assert.HasCount(3, digests);
        Assert.Contains(SignedStorage.BundleDigest, digests);
        Assert.AreEqual("cosign", document.GetProperty("signatures")[0].GetProperty("signedBy")[0].GetProperty("form").GetString());
    }

    [TestMethod]
    [DataRow("--to-repo")]
    [DataRow("--to-tar")]
    public async Task Copy_TellsEveryRefusal_AndMovesNothing(string to)
    {
        using TempFolder folder = new();
        string target = to == "--to-tar" ? folder["a.tar"] : $"{s_registry.Host}/refused/app";
        int before = s_registry.Requests.Count;

        CliResult result = await InProcess.RunAsync("copy", "-b", BundleOfUnsigned, "--verify-key", SignedStorage.Key("p256"), to, target);

        Assert.AreEqual(1, result.ExitCode, result.Output);
        Assert.AreEqual(2, result.Error.Split("AIRGAP5001").Length - 1, result.Error);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
        Assert.IsFalse(Directory.Exists(Path.Combine(s_registry.Folder, "docker/registry/v2/repositories/refused")));
        Assert.IsEmpty(s_registry.Requests.Skip(before)
            .Where(request => request.Path.Contains("/refused/", StringComparison.Ordinal) && request.Method is not ("GET" or "HEAD")));
    }

    [TestMethod]
    public async Task Copy_IsRefused_ByAnotherKey_AndInADryRun()
    {
        using TempFolder folder = new();

        CliResult real = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--verify-key", SignedStorage.Key("wrong"), "--to-tar", folder["a.tar"]);
        CliResult dry = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--verify-key", SignedStorage.Key("wrong"), "--to-tar", folder["a.tar"], "--dry-run");
        CliResult either = await InProcess.RunAsync(
            "verify", "-b", Bundle, "--verify-key", SignedStorage.Key("wrong"), "--verify-key", SignedStorage.Key("p256"));

        real.AssertFailed("AIRGAP5002");
        dry.AssertFailed("AIRGAP5002");
        Assert.AreEqual(0, either.ExitCode, either.Error);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public async Task OfTheRootAlone_ThatIsAskedFor()
    {
        CliResult result = await InProcess.RunAsync(
            "verify", "-b", BundleOfUnsigned, "--verify-key", SignedStorage.Key("p256"), "--verify-required", "root");

        Assert.AreEqual(0, result.ExitCode, result.Error);
    }

    [TestMethod]
    public async Task AnArchive_IsTrustedNoMoreThanTheNetwork()
    {
        using TempFolder folder = new();
        string[] key = ["--verify-key", SignedStorage.Key("p256")];
        Assert.AreEqual(
            0, (await InProcess.RunAsync(["copy", "-b", Bundle, "--to-tar", folder["signed.tar"], "--artifacts", .. key])).ExitCode);
        Assert.AreEqual(0, (await InProcess.RunAsync(["copy", "-b", Bundle, "--to-tar", folder["bare.tar"], .. key])).ExitCode);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        int before = s_registry.Requests.Count;

        CliResult signed = await InProcess.RunAsync(["copy", "--tar", folder["signed.tar"], "--to-repo", $"{far.Host}/apps/it", .. key]);
        CliResult bare = await InProcess.RunAsync(["copy", "--tar", folder["bare.tar"], "--to-repo", $"{far.Host}/apps/bare", .. key]);
        CliResult pulled = await InProcess.RunAsync(["pull", "--tar", folder["bare.tar"], "-o", folder["pulled"], .. key]);
        CliResult whole = await InProcess.RunAsync(["pull", "--tar", folder["signed.tar"], "-o", folder["whole"], .. key]);

        Assert.AreEqual(0, signed.ExitCode, signed.Error);
        Assert.AreEqual(1, bare.ExitCode, bare.Output);
        Assert.AreEqual(3, bare.Error.Split("AIRGAP5001").Length - 1, bare.Error);
        pulled.AssertFailed("AIRGAP5001");
        Assert.IsFalse(Directory.Exists(folder["pulled"]));
        Assert.AreEqual(0, whole.ExitCode, whole.Error);
        Assert.IsEmpty(far.Requests.Where(request => request.Path.Contains("/bare/", StringComparison.Ordinal)));
        Assert.AreEqual(before, s_registry.Requests.Count, "the archive is judged by what it holds");
    }

    [TestMethod]
    public async Task Pull_IsRefused_BeforeALayerIsRead()
    {
        using TempFolder folder = new();

        CliResult refused = await InProcess.RunAsync("pull", "-b", Bundle, "-o", folder["out"], "--verify-key", SignedStorage.Key("wrong"));
        CliResult pulled = await InProcess.RunAsync("pull", "-b", Bundle, "-o", folder["out"], "--verify-key", SignedStorage.Key("p256"));

        refused.AssertFailed("AIRGAP5002");
        Assert.AreEqual(0, pulled.ExitCode, pulled.Error);
    }

    [TestMethod]
    [DataRow("trust/keyless:classic", "builder@airgap.test", "https://issuer.airgap.test", 0)]
    [DataRow("trust/keyless:bundle", "builder@*", "https://issuer.airgap.test", 0)]
    [DataRow("trust/keyless:bundle", "somebody@airgap.test", "https://issuer.airgap.test", 1)]
    [DataRow("trust/keyless:bundle-predicate-type", "builder@airgap.test", "https://issuer.airgap.test", 1)]
    public async Task AnIdentity_IsJudgedByTheTrustedRoot(string image, string identity, string issuer, int exitCode)
    {
        CliResult result = await InProcess.RunAsync(
            "verify", "-i", $"{s_registry.Host}/{image}", "--verify-identity", identity, "--verify-issuer", issuer, "--trusted-root",
            Path.Combine(s_trust, "keyless/private/trusted_root.json"));

        Assert.AreEqual(exitCode, result.ExitCode, result.Error);
    }

    [TestMethod]
    [DataRow("policies/reject-all.json", "AIRGAP5009")]
    [DataRow("policies/signed-by-gpg.json", "AIRGAP5009")]
    [DataRow("policies/invalid-unknown-field.json", "AIRGAP5006")]
    public async Task APolicy_Refuses(string policy, string code)
    {
        CliResult result = await InProcess.RunAsync("verify", "-i", Bundle, "--policy", Path.Combine(s_trust, policy));

        result.AssertFailed(code);
    }

    [TestMethod]
    public async Task APolicyWithHalfACharacter_IsRefused()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["policy.json"], @"{""trustPolicie\ud800"":1}");

        CliResult result = await InProcess.RunAsync("verify", "-i", Bundle, "--policy", folder["policy.json"]);

        result.AssertFailed("AIRGAP5006");
    }

    [TestMethod]
    public async Task ATrustPolicy_OfNotation()
    {
        using TempFolder folder = new();
        string policy = (await File.ReadAllTextAsync(Path.Combine(s_trust, "notation/policies/strict.json")))
            .Replace("registry.local:5055", s_registry.Host, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["trustpolicy.json"], policy);
        string[] flags = ["--policy", folder["trustpolicy.json"], "--trust-store", Path.Combine(s_trust, "notation/truststore")];

        CliResult good = await InProcess.RunAsync(["verify", "-i", $"{s_registry.Host}/trust/notation:p256-jws", .. flags]);
        CliResult bad = await InProcess.RunAsync(["verify", "-i", $"{s_registry.Host}/trust/notation:tampered", .. flags]);
        CliResult elsewhere = await InProcess.RunAsync(["verify", "-i", Bundle, .. flags]);

        Assert.AreEqual(0, good.ExitCode, good.Error);
        bad.AssertFailed("AIRGAP5002");
        Assert.Contains("AIRGAP5008", elsewhere.Error);
    }

    // What a policy only reports is not verified: whoever reads the text, the list or the warnings sees so.
    [TestMethod]
    public async Task AFailedCheck_ThatAPolicyOnlyReports_IsTold()
    {
        using TempFolder folder = new();
        string policy = (await File.ReadAllTextAsync(Path.Combine(s_trust, "notation/policies/audit.json")))
            .Replace("registry.local:5055", s_registry.Host, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["own.json"], policy);
        await File.WriteAllTextAsync(folder["other.json"], policy.Replace("ca:airgap", "ca:other", StringComparison.Ordinal));
        string[] store = ["--trust-store", Path.Combine(s_trust, "notation/truststore")];
        string image = $"{s_registry.Host}/trust/notation:p256-jws";
        const string why = "Its chain leads to no certificate of the trust stores.";

        CliResult own = await InProcess.RunAsync(["verify", "-i", image, "--policy", folder["own.json"], .. store]);
        CliResult other = await InProcess.RunAsync(["verify", "-i", image, "--policy", folder["other.json"], .. store]);
        CliResult pulled = await InProcess.RunAsync(
            ["pull", "-i", image, "-o", folder["out"], "--policy", folder["other.json"], .. store]);

        Assert.AreEqual(0, own.ExitCode, own.Error);
        Assert.DoesNotContain("AIRGAP2226", own.Error);
        Assert.Contains("Revocation was not checked)", own.Output);
        foreach (CliResult told in new[] { other, pulled })
        {
            Assert.AreEqual(0, told.ExitCode, told.Error);
            Assert.Contains("AIRGAP2226", told.Error);
            Assert.Contains(why, told.Error);
        }

        Assert.Contains(why, other.Output);
        Assert.Contains($"Verified no signature of {image}: the policy accepts 1 image in spite of a failed check", other.Output);
    }

    [TestMethod]
    public async Task APolicyThatRequiresNoSignature_VerifiesNone()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["policy.json"], """{"default":[{"type":"insecureAcceptAnything"}]}""");

        CliResult result = await InProcess.RunAsync("verify", "-b", Bundle, "--policy", folder["policy.json"]);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains($"Verified no signature of {Bundle}: the policy accepts 3 images without one", result.Output);
        Assert.DoesNotContain("Verified the signatures", result.Output);
    }

    // An image cannot exempt itself: an index that names its own image as its subject is not an attached artifact.
    [TestMethod]
    public async Task AnIndexThatIsAttachedToItself_IsJudged()
    {
        using TempFolder folder = new();
        using RegistryWriter writer = new(s_registry.Address);
        Pushed image = await writer.PushImageAsync("evil/self", null, [1, 2, 3]);
        await writer.PushManifestAsync(
            "evil/self",
            "v1",
            $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciIndex}}","manifests":[{{image.Json}}],"subject":{{image.Json}}}""",
            RegistryWriter.OciIndex);
        string[] key = ["--verify-key", SignedStorage.Key("p256")];

        CliResult verified = await InProcess.RunAsync(["verify", "-i", $"{s_registry.Host}/evil/self:v1", .. key]);
        CliResult copied = await InProcess.RunAsync(["copy", "-i", $"{s_registry.Host}/evil/self:v1", "--to-tar", folder["a.tar"], .. key]);

        verified.AssertFailed("AIRGAP5001");
        copied.AssertFailed("AIRGAP5001");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    // One of the bundle's images names another as its subject: it still counts as an image that runs.
    [TestMethod]
    public async Task AnImageThatALockPins_IsJudged_WhateverItIsAttachedTo()
    {
        using TempFolder folder = new();
        using RegistryWriter writer = new(s_registry.Address);
        Pushed plain = await writer.PushImageAsync("evil/pinned", null, [4, 5, 6]);
        Pushed config = await writer.PushBlobAsync("evil/pinned", "{}"u8.ToArray(), RegistryWriter.OciConfig);
        Pushed attached = await writer.PushManifestAsync(
            "evil/pinned", null,
            $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciManifest}}","config":{{config.Json}},"layers":[],"subject":{{plain.Json}}}""");
        Directory.CreateDirectory(folder["b/.imgpkg"]);
        await File.WriteAllTextAsync(
            folder["b/.imgpkg/images.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: " +
            $"{s_registry.Host}/evil/pinned@{plain.Digest}\n- image: {s_registry.Host}/evil/pinned@{attached.Digest}\n");
        Assert.AreEqual(0, (await InProcess.RunAsync("push", "-b", $"{s_registry.Host}/evil/bundle:v1", "-f", folder["b"])).ExitCode);

        CliResult result = await InProcess.RunAsync(
            "verify", "-b", $"{s_registry.Host}/evil/bundle:v1", "--verify-key", SignedStorage.Key("p256"));

        Assert.AreEqual(1, result.ExitCode);
        Assert.AreEqual(3, result.Error.Split("AIRGAP5001").Length - 1, result.Error);
    }

    // The author of an archive chooses its images' tags.
    [TestMethod]
    public async Task AnImageInAnArchive_IsJudged_WhateverItsTag()
    {
        using TempFolder folder = new();
        using RegistryWriter writer = new(s_registry.Address);
        await writer.PushImageAsync("evil/tagged", "v1", [7, 8, 9]);
        Assert.AreEqual(
            0, (await InProcess.RunAsync("copy", "-i", $"{s_registry.Host}/evil/tagged:v1", "--to-oci", folder["layout"])).ExitCode);
        string index = await File.ReadAllTextAsync(folder["layout/index.json"]);
        string tag = $"sha256-{new string('0', 64)}.sig";
        string renamed = index.Replace("\"v1\"", $"\"{tag}\"", StringComparison.Ordinal)
            .Replace(":v1\"", $":{tag}\"", StringComparison.Ordinal);
        Assert.AreNotEqual(index, renamed);
        await File.WriteAllTextAsync(folder["layout/index.json"], renamed);

        CliResult result = await InProcess.RunAsync(
            "copy", "--oci", folder["layout"], "--to-tar", folder["a.tar"], "--verify-key", SignedStorage.Key("p256"));

        result.AssertFailed("AIRGAP5001");
        Assert.IsFalse(File.Exists(folder["a.tar"]));
    }

    // The image, its .sig tag and the payload: cosign's form needs two more requests.
    [TestMethod]
    public async Task FewRequestsTellWhoSigned()
    {
        string[] Requests(int before) =>
            [.. s_registry.Requests.Skip(before).Where(request => request.Path.Contains("/trust/frontend/", StringComparison.Ordinal))
                .Select(request => $"{request.Method} {request.Path}")];
        int start = s_registry.Requests.Count;
        Assert.AreEqual(
            0, (await InProcess.RunAsync(
                "verify", "-i", $"{s_registry.Host}/trust/frontend:1.0.0", "--verify-key", SignedStorage.Key("p256"))).ExitCode);

        Assert.IsLessThanOrEqualTo(4, Requests(start).Length, string.Join(Environment.NewLine, Requests(start)));
    }

    private static async Task<(int ExitCode, JsonElement Document)> JsonAsync(params string[] args)
    {
        CliResult result = await InProcess.RunAsync([.. args, "--json"]);
        return (result.ExitCode, JsonDocument.Parse(result.Output).RootElement);
    }
}
