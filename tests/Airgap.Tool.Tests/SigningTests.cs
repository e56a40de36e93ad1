using System.Security.Cryptography;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>Archives are signed when they leave, and verified while they are imported.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SigningTests : SigningTestBase
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task AnArchive_IsSignedWhileItIsWritten_AndVerifiedWhileItIsRead()
    {
        CliResult copy = await InProcess.RunAsync("copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--sign-key", Private("p256"));
        Assert.AreEqual(0, copy.ExitCode, copy.Error);
        AssertSigned(_folder["a.tar"]);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();

        CliResult good = await ImportAsync(far, "good", "a.tar", "p256");
        CliResult other = await ImportAsync(far, "other", "a.tar", "wrong");

        Assert.AreEqual(0, good.ExitCode, good.Error);
        Assert.Contains("The archive is signed by", good.Output);
        AssertRefused(far, other, "other");
    }

    [TestMethod]
    public async Task AnArchiveThatChanged_OrHasNoSignature_LeavesNoManifestAndNoTag()
    {
        Assert.AreEqual(
            0, (await InProcess.RunAsync("copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--sign-key", Private("p256"))).ExitCode);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        using (FileStream file = new(_folder["a.tar"], FileMode.Append))
            file.Write(new byte[512]);
        CliResult changed = await ImportAsync(far, "changed", "a.tar", "p256");
        CliResult kept = await InProcess.RunAsync(
            "copy", "--tar", _folder["a.tar"], "--to-repo", $"{far.Host}/kept/app", "--verify-archive",
            SignedStorage.Key("p256"), "--keep-going");
        CliResult dry = await InProcess.RunAsync(
            "copy", "--tar", _folder["a.tar"], "--to-repo", $"{far.Host}/dry/app", "--verify-archive",
            SignedStorage.Key("p256"), "--dry-run");
        File.Delete(_folder["a.tar.sigstore.json"]);
        CliResult bare = await ImportAsync(far, "bare", "a.tar", "p256");

        AssertRefused(far, changed, "changed");
        AssertRefused(far, kept, "kept");
        AssertRefused(far, dry, "dry");
        AssertRefused(far, bare, "bare");
    }

    [TestMethod]
    public async Task EachPart_AndTheList_IsSigned_AndASwappedPartIsRefused()
    {
        string[] copy = ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--volume-size", "30kB", "--sign-key", Private("p384")];
        Assert.AreEqual(0, (await InProcess.RunAsync(copy)).ExitCode);
        string[] parts = Directory.GetFiles(_folder.Path, "a.tar.0*")
            .Where(name => !name.EndsWith(".json", StringComparison.Ordinal)).ToArray();
        Assert.IsNotEmpty(parts);
        foreach (string file in parts.Append(_folder["a.tar.parts.json"]))
            AssertSigned(file, "p384");
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        CliResult good = await ImportAsync(far, "good", "a.tar", "p384");
        byte[] bytes = File.ReadAllBytes(parts[0]);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(parts[0], bytes);
        CliResult bad = await ImportAsync(far, "bad", "a.tar", "p384");

        Assert.AreEqual(0, good.ExitCode, good.Error);
        AssertRefused(far, bad, "bad", code: null);
    }

    /// <summary>Ed25519 does not sign a hash: it signs a statement of the archive's SHA-256, which cosign also verifies.</summary>
    [TestMethod]
    [DataRow(null)]
    [DataRow("30kB")]
    public async Task AKeyOfEd25519_SignsAStatementOfTheArchive(string? volume)
    {
        string[] copy = ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--sign-key", Private("ed25519"),
            .. volume is null ? (string[])[] : ["--volume-size", volume]];
        CliResult written = await InProcess.RunAsync(copy);
        Assert.AreEqual(0, written.ExitCode, written.Error);
        string signed = volume is null ? _folder["a.tar"] : _folder["a.tar.parts.json"];
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();

        CliResult good = await ImportAsync(far, "good", "a.tar", "ed25519");
        CliResult other = await ImportAsync(far, "other", "a.tar", "p256");
        CliResult blob = await InProcess.RunAsync(
            "verify", "--blob", signed, "--signature", signed + ".sigstore.json", "--verify-key", SignedStorage.Key("ed25519"));
        CliResult delta = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-tar", _folder["d.tar"], "--base", _folder["a.tar"], "--verify-base", SignedStorage.Key("ed25519"));
        File.AppendAllText(signed, " ");
        CliResult changed = await ImportAsync(far, "changed", "a.tar", "ed25519");

        Assert.AreEqual(0, good.ExitCode, good.Error);
        AssertRefused(far, other, "other");
        Assert.AreEqual(0, blob.ExitCode, blob.Error);
        Assert.Contains("(statement urn:airgap-build:file:v1)", blob.Output);
        Assert.AreEqual(0, delta.ExitCode, delta.Error);
        AssertRefused(far, changed, "changed");
    }

    [TestMethod]
    public async Task AResumedArchive_IsReadOnceForItsHash_AndASignatureByTheKeyStays()
    {
        string[] copy = ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--resume", "--sign-key", Private("p256")];
        Assert.AreEqual(0, (await InProcess.RunAsync(copy)).ExitCode);
        byte[] first = File.ReadAllBytes(_folder["a.tar.sigstore.json"]);
        CliResult again = await InProcess.RunAsync(copy);
        byte[] second = File.ReadAllBytes(_folder["a.tar.sigstore.json"]);
        File.Delete(_folder["a.tar.sigstore.json"]);
        CliResult third = await InProcess.RunAsync(copy);

        Assert.AreEqual(0, again.ExitCode, again.Error);
        Assert.Contains("reading it once", again.Error);
        Assert.AreSequenceEqual(first, second);
        Assert.AreEqual(0, third.ExitCode, third.Error);
        AssertSigned(_folder["a.tar"]);
    }

    [TestMethod]
    public async Task ThePassword_ComesFromAFile_AndAForeignFileIsNotReplaced()
    {
        File.WriteAllText(_folder["password"], "airgap\n");
        File.WriteAllText(_folder["wrong"], "other");
        string key = Path.Combine(Fixtures.Root, "trust", "keys", "p256.cosign.key");
        string[] copy = ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--sign-key", key, "--sign-key-password-file"];
        CliResult wrong = await InProcess.RunAsync([.. copy, _folder["wrong"]]);
        File.WriteAllText(_folder["a.tar.sigstore.json"], "my notes");
        CliResult foreign = await InProcess.RunAsync([.. copy, _folder["password"]]);
        bool hasArchive = File.Exists(_folder["a.tar"]);
        string notes = File.ReadAllText(_folder["a.tar.sigstore.json"]);
        File.Delete(_folder["a.tar.sigstore.json"]);
        CliResult good = await InProcess.RunAsync([.. copy, _folder["password"]]);

        Assert.Contains("AIRGAP2201", wrong.Error);
        Assert.DoesNotContain("other", wrong.Error.Replace("another", "", StringComparison.Ordinal));
        Assert.Contains("AIRGAP2204", foreign.Error);
        Assert.IsFalse(hasArchive);
        Assert.AreEqual("my notes", notes);
        Assert.AreEqual(0, good.ExitCode, good.Error);
        AssertSigned(_folder["a.tar"]);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AProgram_SignsTheDigest_AndItsFailureIsTold()
    {
        string key = Private("rsa3072");
        string program = $"xxd -r -p | openssl pkeyutl -sign -inkey '{key}' -pkeyopt digest:sha256 | base64";
        string[] copy = ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--sign-key", SignedStorage.Key("rsa3072"), "--sign-command"];
        CliResult failed = await InProcess.RunAsync([.. copy, "echo no token >&2; exit 3"]);
        CliResult other = await InProcess.RunAsync([.. copy, "echo AAAA"]);

        Assert.Contains("AIRGAP2202", failed.Error);
        Assert.Contains("exit code 3: no token", failed.Error);
        Assert.Contains("AIRGAP2202", other.Error);
        Assert.IsFalse(File.Exists(_folder["a.tar.sigstore.json"]));
        if (!Has("openssl") || !Has("xxd"))
            return;
        CliResult good = await InProcess.RunAsync([.. copy, program]);
        Assert.AreEqual(0, good.ExitCode, good.Error);
        AssertSigned(_folder["a.tar"], "rsa3072");
    }

    [TestMethod]
    [DataRow("tag")]
    [DataRow("referrer")]
    public async Task Images_AreSignedAtTheDestination_Once(string form)
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] copy = ["copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--sign-key", Private("ed25519"),
            "--sign-images", form, "--json"];
        CliResult first = await InProcess.RunAsync(copy);
        Assert.AreEqual(0, first.ExitCode, first.Error);
        CliResult second = await InProcess.RunAsync(copy);
        CliResult another = await InProcess.RunAsync(
            ["copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--sign-key", Private("p256"), "--sign-images", form]);

        JsonElement[] signed = [.. JsonDocument.Parse(first.Output).RootElement.GetProperty("signedImages").EnumerateArray()];
        Assert.IsNotEmpty(signed);
        Assert.IsTrue(signed.All(image => image.GetProperty("isNew").GetBoolean()));
        Assert.IsTrue(JsonDocument.Parse(second.Output).RootElement.GetProperty("signedImages").EnumerateArray()
            .All(image => !image.GetProperty("isNew").GetBoolean()));
        Assert.AreEqual(0, another.ExitCode, another.Error);
        foreach (string key in new[] { "ed25519", "p256" })
        {
            CliResult verified = await InProcess.RunAsync(
                "verify", "-b", $"{far.Host}/apps/it:v1.0.0", "--verify-key", SignedStorage.Key(key));
            Assert.AreEqual(0, verified.ExitCode, verified.Error);
        }

        Assert.AreEqual(
            1, (await InProcess.RunAsync(
                "verify", "-b", $"{far.Host}/apps/it:v1.0.0", "--verify-key", SignedStorage.Key("wrong"))).ExitCode);
    }

    [TestMethod]
    [DataRow("--to-oci", "layout", "p256", "AIRGAP2210")]
    [DataRow("--to-repo", "", "p256", "AIRGAP2210")]
    public async Task AnUnsignableOutput_IsRefused_BeforeAnythingMoves(string to, string name, string key, string code)
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();

        CliResult result = await InProcess.RunAsync(
            "copy", "-b", Bundle, to, name.Length == 0 ? $"{far.Host}/apps/it" : _folder[name], "--sign-key", Private(key));

        result.AssertFailed(code);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder.Path));
        Assert.IsEmpty(far.Requests);
    }

    private static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private Task<CliResult> ImportAsync(RegistryFixture far, string repository, string archive, string key) =>
        InProcess.RunAsync("copy", "--tar", _folder[archive], "--to-repo", $"{far.Host}/{repository}/app", "--verify-archive",
            SignedStorage.Key(key));

    private static void AssertRefused(RegistryFixture far, CliResult result, string repository, string? code = "AIRGAP2203")
    {
        result.AssertFailed(code ?? "AIRGAP2");
        Assert.IsEmpty(far.Requests.Where(
            request => request.Path.Contains($"/{repository}/app/manifests", StringComparison.Ordinal) && request.Method == "PUT"));
    }

    // Verified by .NET itself, not by the code that signed.
    private static void AssertSigned(string file, string key = "p256")
    {
        JsonElement message = JsonDocument.Parse(File.ReadAllBytes(file + ".sigstore.json")).RootElement.GetProperty("messageSignature");
        byte[] bytes = File.ReadAllBytes(file);
        byte[] signature = message.GetProperty("signature").GetBytesFromBase64();
        string pem = File.ReadAllText(SignedStorage.Key(key));
        Assert.AreSequenceEqual(SHA256.HashData(bytes), message.GetProperty("messageDigest").GetProperty("digest").GetBytesFromBase64());
        if (key.StartsWith("rsa", StringComparison.Ordinal))
        {
            using RSA rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            Assert.IsTrue(rsa.VerifyData(bytes, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            return;
        }

        using ECDsa ec = ECDsa.Create();
        ec.ImportFromPem(pem);
        Assert.IsTrue(ec.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }
}
