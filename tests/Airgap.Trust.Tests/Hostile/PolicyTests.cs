using System.Text;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Formats;
using Airgap.Trust.Notation;
using Airgap.Trust.Policies;
using Airgap.Trust.Roots;
using Airgap.Trust.Tests.Cases;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Policies and roots with missing, superfluous or repeated content.</summary>
[TestClass]
public sealed class PolicyTests
{
    private const string Accept = """[{"type":"insecureAcceptAnything"}]""";

    // The verdicts of skopeo 1.22 on the whole file.
    [TestMethod]
    [DataRow("dir", "/a", true)]
    [DataRow("dir", "registry.example", false)]
    [DataRow("dir", "/", false)]
    [DataRow("dir", "/a/", false)]
    [DataRow("dir", "/a/../b", false)]
    [DataRow("oci", "/a:tag", true)]
    [DataRow("oci", "registry.example/app", false)]
    [DataRow("oci-archive", "a", false)]
    [DataRow("sif", "a", false)]
    [DataRow("docker-archive", "", true)]
    [DataRow("docker-archive", "/a", false)]
    [DataRow("tarball", "a", false)]
    [DataRow("containers-storage", "registry.example", false)]
    [DataRow("containers-storage", "[/a]", true)]
    [DataRow("docker-daemon", "registry.example/app", true)]
    [DataRow("atomic", "registry.example", true)]
    [DataRow("of-the-future", "x", true)]
    public void AScopeBelowTheWrongTransport_IsAnError(string transport, string scope, bool isOne)
    {
        byte[] json = Encoding.UTF8.GetBytes(
            $$$$"""{"default":{{{{Accept}}}},"transports":{"{{{{transport}}}}":{"{{{{scope}}}}":[{"type":"reject"}]}}}""");
        if (isOne)
            Assert.IsNotNull(ContainersPolicy.Read(json, "p", _ => []));
        else
            Assert.Contains("has no scope", Assert.ThrowsExactly<AirgapException>(() => ContainersPolicy.Read(json, "p", _ => [])).Message);
    }

    [TestMethod]
    [DataRow("""{}""")]
    [DataRow("""[]""")]
    [DataRow("""{"default":[]}""")]
    [DataRow("""{"default":null}""")]
    [DataRow("""{"default":ACCEPT,"default":ACCEPT}""")]
    [DataRow("""{"default":ACCEPT,"transports":{"docker":{"a":ACCEPT,"a":[{"type":"reject"}]}}}""")]
    [DataRow("""{"default":ACCEPT,"transports":{"docker":{"a":[]}}}""")]
    [DataRow("""{"default":ACCEPT,"transports":{"dir":{"":[{"type":"nonsense"}]}}}""")]
    [DataRow("""{"default":[{"type":"insecureAcceptAnything","keyPath":"x"}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyDatas":[]}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyPaths":[]}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"AAAA"}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"exactReference","dockerReference":"registry.example/app"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"matchExact","prefix":"x"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"remapIdentity","prefix":"Registry.example/Apps","signedPrefix":"v.example"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"remapIdentity","prefix":"registry.example/app:v1","signedPrefix":"v.example"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"remapIdentity","prefix":"https://registry.example","signedPrefix":"v.example"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"remapIdentity","prefix":"registry.example/","signedPrefix":"v.example"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsData":"AAAA"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","pki":{"subjectEmail":"a@b"}}]}""")]
    [DataRow("""{"default":ACCEPT} {}""")]
    [DataRow("""{"default":ACCEPT,"transports":null}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":null}]}""")]
    [DataRow("""{"default":ACCEPT,"transports":{"docker":{"a":[{"type":"signedBy","keyType":"GPGKeys"}]}}}""")]
    [DataRow("""{"default":ACCEPT,"transports":{"docker":{"a":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"x","keyData":"AAAA"}]}}}""")]
    [DataRow("""{"default":ACCEPT,"transports":{"docker":{"a":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"x","other":1}]}}}""")]
    [DataRow("""{"default":ACCEPT,"transports":{"docker":{"a":[{"type":"signedBy","keyType":"other","keyPath":"x"}]}}}""")]
    public void AnInvalidEntry_InvalidatesTheWholeFile(string json)
    {
        string key = Convert.ToBase64String(TrustFixtures.Bytes("keys/p256.pub"));
        byte[] bytes = Encoding.UTF8.GetBytes(
            json.Replace("ACCEPT", Accept, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal));

        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => ContainersPolicy.Read(bytes, "p.json", _ => []));

        Assert.AreEqual(ErrorCode.InvalidTrustPolicy, e.Code);
    }

    [TestMethod]
    public void ARequirementOfGpg_IsRead_AndRefusesItsImagesAlone()
    {
        ContainersPolicy policy = ContainersPolicy.Read(Encoding.UTF8.GetBytes(
            """{"default":ACCEPT,"transports":{"docker":{"a.example":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"x","signedIdentity":{"type":"matchExact"}}]}}}"""
                .Replace("ACCEPT", Accept, StringComparison.Ordinal)), "p.json", _ => []);

        Assert.IsInstanceOfType<PolicyRequirement.Unsupported>(policy.For(ImageReference.Parse("a.example/b:v1")).Single());
        Assert.IsInstanceOfType<PolicyRequirement.AcceptAnything>(policy.For(ImageReference.Parse("b.example/b:v1")).Single());
    }

    // As skopeo 1.22 judges each of them.
    [TestMethod]
    [DataRow("matchExact", "", "a.example/b@DIGEST", "a.example/b@DIGEST", true)]
    [DataRow("matchExact", "", "a.example/b@DIGEST", "a.example/b:v1@DIGEST", false)]
    [DataRow("matchExact", "", "a.example/b:v1", "a.example/b:v1@DIGEST", false)]
    [DataRow("matchRepoDigestOrExact", "", "a.example/b@DIGEST", "a.example/b:v1@DIGEST", true)]
    [DataRow("exactReference", "a.example/b:v1@DIGEST", "a.example/b:v1", "a.example/b@DIGEST", false)]
    [DataRow("exactReference", "a.example/b:v1@DIGEST", "a.example/b:v1", "a.example/b:v1@DIGEST", true)]
    [DataRow("exactReference", "a.example/b@DIGEST", "a.example/b:v1", "a.example/b:v1@DIGEST", false)]
    [DataRow("exactReference", "a.example/b:v1", "a.example/b:v1", "a.example/b:v1", true)]
    public void AnExactName_HasTheSameTagAndTheSameDigest(string type, string wanted, string image, string signed, bool isAccepted)
    {
        string json = $$"""{"type":"{{type}}"{{(wanted.Length == 0 ? "" : $",\"dockerReference\":\"{wanted}\"")}}}""";
        SignedIdentity identity = StrictJson.Read(
            Encoding.UTF8.GetBytes(Named(json)), new Format(ErrorCode.InvalidTrustPolicy, "It", ""), SignedIdentity.Read);

        Assert.AreEqual(isAccepted, identity.Accepts(ImageReference.Parse(Named(image)), Named(signed)));

        static string Named(string text) => text.Replace("DIGEST", Digest.Compute("a"u8).ToString(), StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("registry.example")]
    [DataRow("registry.example:5000")]
    [DataRow("localhost/a")]
    [DataRow("docker.io/library")]
    [DataRow("registry.example/a/b")]
    public void APrefix_IsAHost_ANamespace_OrARepository(string prefix)
    {
        string key = Convert.ToBase64String(TrustFixtures.Bytes("keys/p256.pub"));
        ContainersPolicy.Read(
            Encoding.UTF8.GetBytes($$$"""{"default":[{"type":"sigstoreSigned","keyData":"{{{key}}}","signedIdentity":{"type":"remapIdentity","prefix":"{{{prefix}}}","signedPrefix":"v.example"}}]}"""),
            "p.json", _ => []);
    }

    [TestMethod]
    [DataRow("ubuntu:24.04", "docker.io/library/ubuntu:24.04 docker.io/library/ubuntu docker.io/library docker.io *.io ")]
    [DataRow("registry.example.com:5000/a/b:v1",
        "registry.example.com:5000/a/b:v1 registry.example.com:5000/a/b registry.example.com:5000/a registry.example.com:5000 " +
        "*.example.com *.com ")]
    [DataRow("Registry.Example:443/a:v1",
        "Registry.Example:443/a:v1 Registry.Example:443/a Registry.Example:443 *.Example " +
        "registry.example/a:v1 registry.example/a registry.example *.example ")]
    public void Scopes_GoFromTheReferenceToTheTransport(string image, string scopes) =>
        Assert.AreEqual(scopes, string.Join(' ', PolicyScopes.Of(ImageReference.Parse(image))));

    [TestMethod]
    [DataRow("version", "\"1.0\"", "\"2.0\"")]
    [DataRow("level", "\"strict\"", "\"lax\"")]
    [DataRow("no store", "\"ca:airgap\",\n        \"ca:self\"", "")]
    [DataRow("no identity", "[\n        \"*\"\n      ]", "[]")]
    [DataRow("a store outside", "\"ca:airgap\"", "\"ca:..\"")]
    [DataRow("a store outside", "\"ca:airgap\"", "\"ca:a/b\"")]
    [DataRow("another kind of store", "\"ca:airgap\"", "\"root:airgap\"")]
    [DataRow("everybody beside somebody", "\"*\"", "\"*\", \"x509.subject: C=US, ST=WA, O=x\"")]
    [DataRow("an identity that is anybody's", "\"*\"", "\"x509.subject: C=US\"")]
    [DataRow("a part twice", "\"*\"", "\"x509.subject: C=US, ST=WA, O=x, O=y\"")]
    [DataRow("a part in small letters", "\"*\"", "\"x509.subject: c=US, ST=WA, O=x\"")]
    [DataRow("a part that Go does not name", "\"*\"", "\"x509.subject: C=US, ST=WA, O=x, E=a@b\"")]
    [DataRow("a part with several values", "\"*\"", "\"x509.subject: C=US, ST=WA, O=x+OU=y\"")]
    [DataRow("an identity inside another", "\"*\"", "\"x509.subject: C=US, ST=WA, O=x\", \"x509.subject: CN=y, C=US, ST=WA, O=x\"")]
    [DataRow("the same identity twice", "\"*\"", "\"x509.subject: C=US, ST=WA, O=x\", \"x509.subject: C=US, ST=WA, O=x\"")]
    [DataRow("a pattern as scope", "\"registry.local:5055/trust/notation\"", "\"registry.local:5055/*\"")]
    [DataRow("a host as scope", "\"registry.local:5055/trust/notation\"", "\"registry.local:5055\"")]
    [DataRow("a tag in a scope", "\"registry.local:5055/trust/notation\"", "\"registry.local:5055/trust/notation:v1\"")]
    [DataRow("a scheme in a scope", "\"registry.local:5055/trust/notation\"", "\"https://registry.local:5055/trust/notation\"")]
    [DataRow("a scope with a slash at its end", "\"registry.local:5055/trust/notation\"", "\"registry.local:5055/trust/\"")]
    [DataRow("a scope in capital letters", "\"registry.local:5055/trust/notation\"", "\"registry.local:5055/Trust\"")]
    [DataRow("an unknown field", "\"name\"", "\"extra\": 1, \"name\"")]
    [DataRow("a scope twice", "\"registry.local:5055/trust/notation\"", "\"a.b/c\", \"a.b/c\"")]
    [DataRow("all beside one", "\"registry.local:5055/trust/notation\"", "\"*\", \"a.b/c\"")]
    public void ATrustPolicyOfNotation(string what, string from, string to)
    {
        string json = Encoding.UTF8.GetString(TrustFixtures.Bytes("notation/policies/strict.json"));
        NotationPolicy.Read(Encoding.UTF8.GetBytes(json), "good");
        Assert.Contains(from, json, what);

        Assert.AreEqual(ErrorCode.InvalidTrustPolicy,
            Assert.ThrowsExactly<AirgapException>(
                () => NotationPolicy.Read(Encoding.UTF8.GetBytes(json.Replace(from, to, StringComparison.Ordinal)), "p"), what).Code);
    }

    [TestMethod]
    [DataRow("""{"mediaType":"application/json","tlogs":[]}""")]
    [DataRow("""{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""")]
    [DataRow("""{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{"certChain":{"certificates":[]},"validFor":{"start":"2025-01-01T00:00:00Z"}}]}""")]
    [DataRow("""{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{"certChain":{"certificates":[{"rawBytes":"AAAA"}]},"validFor":{"start":"2025-01-01T00:00:00Z"}}]}""")]
    [DataRow("""nonsense""")]
    public void ATrustedRootThatCannotBe(string json) =>
        Assert.AreEqual(ErrorCode.InvalidTrustedRoot,
            Assert.ThrowsExactly<AirgapException>(() => TrustedRoot.Read(Encoding.UTF8.GetBytes(json), "r.json")).Code);
}
