using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>Trust rules are read, and invalid ones refused, before any request.</summary>
[TestClass]
public sealed class TrustRuleTests : TrustTestBase
{
    [TestMethod]
    [DataRow("a.example", "Key=KEY;Requird=root", "Requird")]
    [DataRow("a.example", "Key=KEY;Required=some", "some")]
    [DataRow("a.example", "", "No required signer is given")]
    [DataRow("a.example", "SignerIdentity=me", "only be used together")]
    [DataRow("a.example", "Store=x", "subject")]
    [DataRow("a.example:*", "Key=KEY", "not a location")]
    [DataRow("a.example/app:v1", "Key=KEY", "not a location")]
    [DataRow("a.example/app@sha256:00", "Key=KEY", "not a location")]
    [DataRow("https://a.example/app", "Key=KEY", "not a location")]
    [DataRow("a.example/App", "Key=KEY", "lower case")]
    [DataRow("a.example//app", "Key=KEY", "empty segment")]
    [DataRow("", "Key=KEY", "not a location")]
    public void ARuleThatCannotBe_IsToldBeforeAnyRequest(string place, string metadata, string message)
    {
        TrustItem item = new(place,
            metadata.Replace("KEY", SignedStorage.Key("p256"), StringComparison.Ordinal).Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]), new SourceLocation("App.csproj", 3));
        PublishSettings settings = new() { ProjectDirectory = _folder.Path, OutputPath = "airgap/", Trust = [item] };

        TrustRuleSet.Read(settings, out ImmutableArray<Diagnostic> problems);

        Assert.HasCount(1, problems);
        Assert.AreEqual(ErrorCode.InvalidTrustRule, problems[0].Code);
        Assert.Contains(message, problems[0].Message);
        Assert.AreEqual(3, problems[0].Location!.Line);
    }

    /// <summary>cosign takes such a key from a service; "the folder does not exist" would tell nothing.</summary>
    [TestMethod]
    [DataRow("awskms:///alias/x")]
    [DataRow("gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k")]
    [DataRow("azurekms://vault.example/k")]
    [DataRow("hashivault://k")]
    [DataRow("k8s://namespace/secret")]
    [DataRow("env://KEY")]
    [DataRow("https://keys.example/k.pub")]
    [DataRow("pkcs11:token=x")]
    public async Task AnAddressOfAKey_IsToldAsOne(string key)
    {
        PublishSettings settings = new()
        {
            ProjectDirectory = _folder.Path,
            OutputPath = "airgap/",
            Trust = [Trust("a.example", (TrustItem.Key, key))[0]]
        };
        TrustRuleSet.Read(settings, out ImmutableArray<Diagnostic> problems);
        Assert.AreEqual(ErrorCode.InvalidTrustKey, problems.Single().Code);
        Assert.Contains($"'{key}' is an address", problems[0].Message);

        AirgapException archive = Assert.ThrowsExactly<AirgapException>(
            () => ProjectSigning.Read(settings with { VerifyArchive = [key] }));
        Assert.AreEqual(ErrorCode.InvalidTrustKey, archive.Code);
        AirgapException signing = Assert.ThrowsExactly<AirgapException>(
            () => ProjectSigning.Read(settings with { Archive = "a.tar", SigningKey = key }));
        Assert.AreEqual(ErrorCode.InvalidSigningKey, signing.Code);
        Assert.Contains(key, signing.Message);
        AirgapException bases = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BaseAdmission.VerifyAsync(["a.tar"], [key], [], CancellationToken.None));
        Assert.AreEqual(ErrorCode.InvalidTrustKey, bases.Code);
    }

    /// <summary>A file may have such a name, and a letter with a colon is a drive.</summary>
    [TestMethod]
    public void AFile_IsNoAddress()
    {
        Assert.IsFalse(KeyAddress.Is("keys/a.pub"));
        Assert.IsFalse(KeyAddress.Is("C://keys/a.pub"));
        Assert.IsFalse(KeyAddress.Is("c://keys/a.pub"));
        Assert.IsFalse(KeyAddress.Is("my keys://a.pub"));
    }

    [TestMethod]
    public void APolicyBesideRules_AndAPlaceTwice_AreRefused()
    {
        TrustItem item = Trust("a.example", (TrustItem.Key, SignedStorage.Key("p256")))[0];
        PublishSettings settings = new() { ProjectDirectory = _folder.Path, OutputPath = "airgap/", Trust = [item] };

        TrustRuleSet.Read(settings with { Policy = Path.Combine(Fixtures.Root, "trust", "policies", "key-data.json") },
            out ImmutableArray<Diagnostic> both);
        TrustRuleSet.Read(settings with { Trust = [item, item with { Include = "a.example/" }] }, out ImmutableArray<Diagnostic> twice);

        Assert.AreEqual(ErrorCode.InvalidTrustRule, both.Single().Code);
        Assert.AreEqual(ErrorCode.InvalidTrustRule, twice.Single().Code);
    }

    [TestMethod]
    [DataRow("docker.io", "ubuntu:24.04", true)]
    [DataRow("docker.io/library", "docker.io/library/ubuntu:24.04", true)]
    [DataRow("registry.example", "registry.example/a/b:1", true)]
    [DataRow("registry.example/**", "registry.example/a/b:1", true)]
    [DataRow("registry.example/a", "registry.example/ab:1", false)]
    [DataRow("registry.example", "registry.example:5000/a:1", false)]
    [DataRow("registry.example", "Registry.Example/a:1", true)]
    [DataRow("Registry.Example:443/a", "registry.example./a:1", true)]
    [DataRow("registry.example:5000", "REGISTRY.EXAMPLE:5000/a:1", true)]
    [DataRow("[::1]:5000", "[::1]:5000/a:1", true)]
    [DataRow("localhost", "localhost/a:1", true)]
    [DataRow("ubuntu", "index.docker.io/library/ubuntu:24.04", true)]
    [DataRow("docker.io/ubuntu", "ubuntu", true)]
    [DataRow("vendor/app", "docker.io/vendor/app:1", true)]
    [DataRow("docker.io/vendor", "vendor/app:1", true)]
    [DataRow("registry-1.docker.io/vendor", "vendor/app:1", true)]
    [DataRow("docker.io/ubuntu", "docker.io/debian", false)]
    [DataRow("default", "anywhere.example/a:1", true)]
    public void APlace_StandsForAllBelowIt(string place, string image, bool fits)
    {
        PublishSettings settings = new()
        {
            ProjectDirectory = _folder.Path,
            OutputPath = "airgap/",
            Trust = [.. Trust(place, (TrustItem.Key, SignedStorage.Key("p256")))]
        };

        Assert.AreEqual(fits, TrustRuleSet.Read(settings, out _)!.For(ImageReference.Parse(image)) is not null);
    }

    /// <summary>The author of a bundle chooses the spelling of its hosts: no spelling must select a laxer rule.</summary>
    [TestMethod]
    [DataRow("REGISTRY.example/strict/app:1")]
    [DataRow("registry.example:443/strict/app:1")]
    [DataRow("registry.example./strict/app:1")]
    public void AnotherSpellingOfAHost_HasTheSameRule(string image)
    {
        TrustItem strict = Trust("registry.example/strict", (TrustItem.Key, SignedStorage.Key("p256")))[0];
        TrustItem lax = Trust(TrustItem.Everywhere, (TrustItem.Key, SignedStorage.Key("wrong")))[0];
        PublishSettings settings = new() { ProjectDirectory = _folder.Path, OutputPath = "airgap/", Trust = [lax, strict] };

        TrustRule rule = TrustRuleSet.Read(settings, out ImmutableArray<Diagnostic> problems)!.For(ImageReference.Parse(image))!;
        TrustRuleSet.Read(settings with { Trust = [strict, strict with { Include = "Registry.Example:443/strict/" }] },
            out ImmutableArray<Diagnostic> twice);

        Assert.IsEmpty(problems);
        Assert.AreEqual(SignedStorage.Key("p256"), rule.AnyOf.Single().Name);
        Assert.Contains("Two items", twice.Single().Message);
    }

    /// <summary>Relative paths of keys in a policy start from the project, wherever the build was started.</summary>
    [TestMethod]
    public void APolicyOfAProject_NamesItsKeysFromThere()
    {
        File.Copy(SignedStorage.Key("p256"), _folder["mine.pub"]);
        File.WriteAllText(_folder["policy.json"], """{"default":[{"type":"sigstoreSigned","keyPath":"mine.pub"}]}""");
        PublishSettings settings = new() { ProjectDirectory = _folder.Path, OutputPath = "airgap/", Policy = "policy.json" };

        TrustRuleSet.Read(settings, out ImmutableArray<Diagnostic> problems);

        Assert.IsEmpty(problems);
    }

    [TestMethod]
    public void ATrustStore_IsThatOfAPolicyOfNotation()
    {
        string policies = Path.Combine(Fixtures.Root, "trust", "notation", "policies");
        PublishSettings settings = new()
        {
            ProjectDirectory = _folder.Path,
            OutputPath = "airgap/",
            TrustStore = Path.Combine(Fixtures.Root, "trust", "notation", "truststore"),
        };

        TrustRuleSet.Read(settings, out ImmutableArray<Diagnostic> alone);
        TrustRuleSet.Read(settings with { Policy = Path.Combine(policies, "strict.json") }, out ImmutableArray<Diagnostic> good);
        TrustRuleSet.Read(settings with { TrustStore = "", Policy = Path.Combine(policies, "strict.json") },
            out ImmutableArray<Diagnostic> without);

        Assert.Contains("no trust policy that uses it", alone.Single().Message);
        Assert.IsEmpty(good);
        Assert.Contains("needs the folder", without.Single().Message);
    }

    [TestMethod]
    public void ACheckThatIsAskedForWithoutSayingWhat_IsAnError()
    {
        Dictionary<string, string> globals = new()
        {
            ["AirgapPolicy"] = "",
            ["airgapVerifyArchive"] = " ",
            ["AirgapVerifyBase"] = "%3B",
            ["AirgapSigningKey"] = "%20%09",
            ["AirgapGateCommand"] = "scan",
            ["AirgapAuditLog"] = "%3B.log",
            ["AirgapArchive"] = "",
        };

        Assert.AreSequenceEqual(
            ["AirgapPolicy", "AirgapSigningKey", "AirgapVerifyBase", "airgapVerifyArchive"],
            EmptyChecks.Find(globals, null).Select(problem => problem.Message.Split(' ')[2]));
    }

    [TestMethod]
    public void ARuleThatMSBuildLost_IsAnError()
    {
        File.WriteAllText(_folder["App.csproj"],
            """<Project><ItemGroup><ImgpkgTrust Include="registry.example/**" Key="a.pub" /><ImgpkgTrust Include="other.example" Key="a.pub" /></ItemGroup></Project>""");
        ProjectTypos slips = new(ProjectText.Read(_folder["App.csproj"]), []);

        Diagnostic lost = slips.LostTrust(Trust("other.example", (TrustItem.Key, "a.pub"))).Single();

        Assert.AreEqual(ErrorCode.InvalidTrustRule, lost.Code);
        Assert.AreEqual(1, lost.Location!.Line);
    }
}
