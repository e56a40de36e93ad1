using System.Buffers.Text;
using System.Formats.Cbor;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Trust.Formats;
using Airgap.Trust.Notation;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Envelopes of Notation have one form.</summary>
[TestClass]
public sealed class NotationFormTests
{
    private const string Protected =
        """{"alg":"ES256","cty":"c","crit":["io.cncf.notary.signingScheme"],"io.cncf.notary.signingScheme":"notary.x509","io.cncf.notary.signingTime":"2026-06-01T00:00:00Z"}""";

    private static readonly byte[] s_certificate = TrustFixtures.TrustedRoot().Authorities[0].Roots[0].RawData;
    private static readonly Digest s_image = Digest.Compute("image"u8);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void AWholeEnvelope_IsRead()
    {
        Assert.AreEqual("notary.x509", JwsEnvelope.Read(Jws()).Scheme);
        Assert.AreEqual("notary.x509", CoseEnvelope.Read(Cose()).Scheme);
        Assert.AreEqual(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), CoseEnvelope.Read(Cose()).SigningTime);
    }

    [TestMethod]
    [DataRow("[\"io.cncf.notary.signingScheme\"]", "[\"io.cncf.notary.signingScheme\",\"gone\"]", "'gone' is missing")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "soon", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01T00:00:00", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01T00:00Z", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01 T 00:00:00Z", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01t00:00:00z", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01T00:00:00.Z", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01T00:00:00+0200", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-31T00:00:00Z", "is not a time")]
    [DataRow("2026-06-01T00:00:00Z", "2026-06-01T00:00:00\\u005a", "contains an escape")]
    [DataRow("2026-06-01T00:00:00Z", "0001-01-01T00:00:00Z", "is not a time")]
    [DataRow("\"cty\":\"c\"", "\"cty\":\"c\",\"Cty\":\"d\"", "in another case")]
    [DataRow("\"alg\":\"ES256\"", "\"alg\":\"ES256\",\"alg\":\"none\"", "twice")]
    [DataRow("\"alg\":\"ES256\",", "", "missing")]
    public void TheProtectedHeaders_OfJws(string text, string changed, string why)
    {
        Assert.Contains(text, Protected);
        Refused(why, () => JwsEnvelope.Read(Jws(Protected.Replace(text, changed, StringComparison.Ordinal))));
    }

    [TestMethod]
    [DataRow("2026-06-01T02:00:00+02:00", 0)]
    [DataRow("2026-06-01T00:00:00.5Z", 500)]
    [DataRow("2026-06-01T00:00:00.123456789Z", 123)]
    [DataRow("2026-05-31T19:00:00.250-05:00", 250)]
    public void ATime_HasAZone_AndMayHaveFractions(string text, int milliseconds) => Assert.AreEqual(
        new DateTimeOffset(2026, 6, 1, 0, 0, 0, milliseconds, TimeSpan.Zero),
        JwsEnvelope.Read(Jws(Protected.Replace("2026-06-01T00:00:00Z", text, StringComparison.Ordinal))).SigningTime!.Value.AddTicks(
            -(JwsEnvelope.Read(Jws(Protected.Replace("2026-06-01T00:00:00Z", text, StringComparison.Ordinal))).SigningTime!.Value.Ticks
            % TimeSpan.TicksPerMillisecond)));

    /// <summary>Go reads the last of two fields that differ in case: notation would see another image.</summary>
    [TestMethod]
    [DataRow("\"size\":5", "\"size\":5,\"Digest\":\"x\"", "'targetArtifact.Digest' is a known one")]
    [DataRow("\"size\":5", "\"size\":5,\"\\u017fize\":6", "is a known one")]
    [DataRow("{\"targetArtifact\"", "{\"TargetArtifact\":{},\"targetArtifact\"", "'TargetArtifact' is a known one")]
    [DataRow("\"size\":5", "\"size\":\"5\"", "not a whole number")]
    [DataRow("\"size\":5", "\"size\":5,\"urls\":5", "not a list")]
    [DataRow("\"size\":5", "\"size\":5,\"data\":\"?\"", "not base64")]
    [DataRow("\"size\":5", "\"size\":5,\"platform\":\"x\"", "not a JSON object")]
    [DataRow("\"size\":5", "\"size\":5,\"artifactType\":5", "not a text")]
    [DataRow("\"size\":5", "\"size\":5,\"URLs\":[]", "is a known one")]
    public void ThePayload_IsReadAlikeByAll(string text, string changed, string why)
    {
        string json = "{\"targetArtifact\":{\"mediaType\":\"m\",\"digest\":\"" + s_image + "\",\"size\":5,\"annotations\":{\"a\":\"1\",\"A\":\"2\"}}}";
        TargetArtifact.Read(Encoding.UTF8.GetBytes(json));
        Assert.Contains(text, json);
        Refused(why, () => TargetArtifact.Read(Encoding.UTF8.GetBytes(json.Replace(text, changed, StringComparison.Ordinal))));
    }

    [TestMethod]
    [DataRow("\"payload\"", "\"more\":1,\"payload\"", "'more' is not known")]
    [DataRow("\"signature\":\"AQ\"", "\"signature\":\"AQ==\"", "not base64url")]
    [DataRow("\"signature\":\"AQ\"", "\"signature\":\"A+\"", "not base64url")]
    [DataRow("\"x5c\":[", "\"x5c\":[\"*\",", "not base64")]
    [DataRow("\"x5c\":[", "\"io.cncf.notary.signingAgent\":5,\"x5c\":[", "not a text")]
    [DataRow("\"x5c\":[", "\"io.cncf.notary.\u017figningAgent\":5,\"x5c\":[", "in another case")]
    [DataRow("\"x5c\":[", "\"X5C\":[],\"x5c\":[", "in another case")]
    [DataRow("\"payload\":\"e30\"", "\"payload\":\"e30\",\"payload\":\"e30\"", "twice")]
    public void TheEnvelope_OfJws(string text, string changed, string why)
    {
        string json = Encoding.UTF8.GetString(Jws());
        Assert.Contains(text, json);
        Refused(why, () => JwsEnvelope.Read(Encoding.UTF8.GetBytes(json.Replace(text, changed, StringComparison.Ordinal))));
    }

    [TestMethod]
    public void TheEnvelope_OfCose()
    {
        Refused("not a tagged", () => CoseEnvelope.Read(Cose()[1..]));
        Refused("", () => CoseEnvelope.Read(Cose(critical: "gone")));
        Refused("is not a time", () => CoseEnvelope.Read(Cose(timeTag: (CborTag)37)));
        Refused("not one of Notation's", () => CoseEnvelope.Read(Cose(algorithm: -8)));
        Refused("payload is not in it", () => CoseEnvelope.Read(Cose(isDetached: true)));
        Refused("not the COSE", () => CoseEnvelope.Read([.. Cose(), 0]));
    }

    // The lengths of an array, a map and a payload of few bytes are in their first byte.
    [TestMethod]
    public void ThePartsOfCose_HaveTheirLength_AndUnprotectedHeadersNoTags()
    {
        byte[] whole = Cose();
        byte[] unprotected = [0xA1, 0x18, 33];
        int map = whole.AsSpan().IndexOf(unprotected);
        int payload = whole.AsSpan().LastIndexOf("B{}"u8);
        const string why = "of unknown length, or a tag";
        CoseEnvelope.Read(Cose(other: [0xA0]));

        Refused(why, () => CoseEnvelope.Read([whole[0], 0x9F, .. whole[2..], 0xFF]));
        Refused(why, () => CoseEnvelope.Read([.. whole[..map], 0xBF, .. whole[(map + 1)..payload], 0xFF, .. whole[payload..]]));
        Refused("", () => CoseEnvelope.Read(
            [.. whole[..payload], 0x5F, .. whole[payload..(payload + 3)], 0xFF, .. whole[(payload + 3)..]]));
        Refused(why, () => CoseEnvelope.Read([.. whole[..map], 0xA1, 0x18, 33, 0xC1, .. whole[(map + 3)..]]));
        Refused(why, () => CoseEnvelope.Read(Cose(other: [0x9F, 0xFF])));
    }

    [TestMethod]
    [DataRow("two of one name", "[{\"name\": \"a\"",
        "[{\"name\": \"a\", \"registryScopes\": [\"x.y/z\"], \"signatureVerification\": {\"level\": \"skip\"}}, {\"name\": \"a\"")]
    [DataRow("no statement", null, "{\"version\": \"1.0\", \"trustPolicies\": []}")]
    [DataRow("skip with an override", "\"level\": \"strict\"", "\"level\": \"skip\", \"override\": {\"expiry\": \"log\"}")]
    [DataRow("an unknown word of revocation", "\"level\": \"strict\"", "\"level\": \"strict\", \"override\": {\"revocation\": \"never\"}")]
    [DataRow("authenticity that is skipped", "\"level\": \"strict\"", "\"level\": \"strict\", \"override\": {\"authenticity\": \"skip\"}")]
    [DataRow("a time that is skipped", "\"level\": \"strict\"", "\"level\": \"strict\", \"override\": {\"authenticTimestamp\": \"skip\"}")]
    [DataRow("an expiry that is skipped", "\"level\": \"strict\"", "\"level\": \"strict\", \"override\": {\"expiry\": \"skip\"}")]
    [DataRow("an unknown check", "\"level\": \"strict\"", "\"level\": \"strict\", \"override\": {\"other\": \"log\"}")]
    public void AWrongTrustPolicy_IsRefused(string what, string? from, string to)
    {
        const string good = """
            {"version": "1.0", "trustPolicies": [{"name": "a", "registryScopes": ["*"], "signatureVerification": {"level": "strict"}, "trustStores": ["ca:x"], "trustedIdentities": ["*"]}]}
            """;
        NotationPolicy.Read(Encoding.UTF8.GetBytes(good), "good");
        string bad = from is null ? to : good.Replace(from, to, StringComparison.Ordinal);
        if (what.StartsWith("skip", StringComparison.Ordinal))
            bad = bad.Replace(", \"trustStores\": [\"ca:x\"], \"trustedIdentities\": [\"*\"]", "", StringComparison.Ordinal);

        Assert.AreNotEqual(good, bad);
        Assert.AreEqual(ErrorCode.InvalidTrustPolicy,
            Assert.ThrowsExactly<AirgapException>(() => NotationPolicy.Read(Encoding.UTF8.GetBytes(bad), "p"), what).Code);
    }

    /// <summary>Revocation is not checked, but a policy that configures it is accepted.</summary>
    [TestMethod]
    [DataRow("enforce")]
    [DataRow("log")]
    [DataRow("skip")]
    public void ATrustPolicy_MaySayWhatIsToBeDoneAboutRevocation(string word)
    {
        NotationPolicy policy = Policy("*", $$"""{"level": "strict", "override": {"revocation": "{{word}}"} }""");

        Assert.AreEqual(
            new NotationLevel(false, true, true, true), policy.For(RepositoryName.Parse("registry.example/a"))!.Level);
    }

    /// <summary>A scope is a repository, however its host is spelt: another spelling must not select a laxer statement.</summary>
    [TestMethod]
    [DataRow("docker.io/vendor/app", "vendor/app", true)]
    [DataRow("index.docker.io/vendor/app", "docker.io/vendor/app", true)]
    [DataRow("docker.io/library/ubuntu", "ubuntu", true)]
    [DataRow("registry.example/app", "Registry.Example/app", true)]
    [DataRow("registry.example/app", "registry.example:443/app", true)]
    [DataRow("registry.example/app", "registry.example./app", true)]
    [DataRow("registry.example:5000/app", "REGISTRY.example:5000/app", true)]
    [DataRow("registry.example/app", "registry.example:5000/app", false)]
    [DataRow("registry.example/app", "registry.example/app/more", false)]
    [DataRow("registry.example/app", "registry.example/ap", false)]
    public void AScope_IsAPlace(string scope, string repository, bool fits) => Assert.AreEqual(
        fits, Policy(scope, """{"level": "strict"}""").For(RepositoryName.Parse(repository)) is not null);

    private static NotationPolicy Policy(string scope, string verification) => NotationPolicy.Read(Encoding.UTF8.GetBytes($$"""
        {"version": "1.0", "trustPolicies": [{"name": "a", "registryScopes": ["{{scope}}"], "trustStores": ["ca:x"],
         "trustedIdentities": ["*"], "signatureVerification": {{verification}} }]}
        """), "p");

    [TestMethod]
    [DataRow("application/other", 1, 100, ErrorCode.SignatureMissing, "")]
    [DataRow("application/vnd.cncf.notary.signature", 2, 100, ErrorCode.SignatureRejected, "exactly one envelope")]
    [DataRow("application/vnd.cncf.notary.signature", 1, Limits.DocumentBytes + 1, ErrorCode.SignatureRejected, "too large")]
    public async Task AnAttachedManifest_IsOfTheType_WithOneEnvelopeOfASize(
        string type, int layers, int size, ErrorCode code, string why)
    {
        MemoryStore store = new();
        Descriptor layer = store.AddBlob(Jws(), JwsEnvelope.MediaType);
        string json = MemoryStore.Json(size == 100 ? layer : layer with { Size = size });
        store.Listed.Add(store.Add(SignedByTest.ManifestOf(
            Enumerable.Repeat(json, layers),
            $$""","artifactType":"{{type}}","subject":{{MemoryStore.Json(new Descriptor(MediaTypes.OciManifest, s_image, 9))}}"""))
            .Descriptor);
        NotationVerifier judge = new(
            NotationPolicy.Read(TrustFixtures.Bytes("notation/policies/strict.json"), "p"),
            new NotationStore(Path.Combine(TrustFixtures.Root, "notation", "truststore")), store, TimeProvider.System);

        Verdict verdict = await judge.VerifyAsync(
            RepositoryName.Parse("registry.local:5055/trust/notation"), new Descriptor(MediaTypes.OciManifest, s_image, 9),
            new Dictionary<string, string>(), TestContext.CancellationToken);

        Assert.AreEqual(code, verdict.Refusal!.Code);
        Assert.Contains(why, verdict.Refusal.Message);
        Assert.AreEqual(0, store.BlobsRead);
        if (code != ErrorCode.SignatureMissing)
            return;
        store.BreaksOff = true;
        verdict = await judge.VerifyAsync(
            RepositoryName.Parse("registry.local:5055/trust/notation"), new Descriptor(MediaTypes.OciManifest, s_image, 9),
            new Dictionary<string, string>(), TestContext.CancellationToken);
        Assert.AreEqual(ErrorCode.SignatureRejected, verdict.Refusal!.Code);
        Assert.Contains("only the first of its referrers", verdict.Refusal.Message);
    }

    private static void Refused(string why, Action read)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(read);
        Assert.AreEqual(ErrorCode.MalformedSignature, e.Code);
        Assert.Contains(why, e.Message);
    }

    private static byte[] Jws(string headers = Protected) => Encoding.UTF8.GetBytes(
        $$$"""{"payload":"e30","protected":"{{{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(headers))}}}","header":{"x5c":["{{{Convert.ToBase64String(s_certificate)}}}"]},"signature":"AQ"}""");

    private static byte[] Cose(
        string critical = NotationEnvelope.SchemeHeader, CborTag timeTag = CborTag.UnixTimeSeconds, int algorithm = -7,
        bool isDetached = false, byte[]? other = null)
    {
        CborWriter headers = new();
        headers.WriteStartMap(other is null ? 5 : 6);
        if (other is not null)
        {
            headers.WriteTextString("other");
            headers.WriteEncodedValue(other);
        }

        headers.WriteInt32(1);
        headers.WriteInt32(algorithm);
        headers.WriteInt32(2);
        headers.WriteStartArray(1);
        headers.WriteTextString(critical);
        headers.WriteEndArray();
        headers.WriteInt32(3);
        headers.WriteTextString("c");
        headers.WriteTextString(NotationEnvelope.SchemeHeader);
        headers.WriteTextString(NotationEnvelope.X509);
        headers.WriteTextString(NotationEnvelope.TimeHeader);
        headers.WriteTag(timeTag);
        headers.WriteInt64(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds());
        headers.WriteEndMap();
        CborWriter message = new();
        message.WriteTag((CborTag)18);
        message.WriteStartArray(4);
        message.WriteByteString(headers.Encode());
        message.WriteStartMap(1);
        message.WriteInt32(33);
        message.WriteByteString(s_certificate);
        message.WriteEndMap();
        if (isDetached)
            message.WriteNull();
        else
            message.WriteByteString("{}"u8);
        message.WriteByteString([1]);
        message.WriteEndArray();
        return message.Encode();
    }
}
