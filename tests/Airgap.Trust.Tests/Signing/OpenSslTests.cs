using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Signing;

namespace Airgap.Trust.Tests.Signing;

/// <summary>openssl verifies our signatures with the public key.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OpenSslTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("p256")]
    [DataRow("p384")]
    [DataRow("p521")]
    [DataRow("rsa3072")]
    [DataRow("ed25519")]
    public async Task EverySignature_IsVerifiedByOpenSsl(string name)
    {
        string openssl = Peer.Require("openssl");
        string keys = Path.Combine(Fixtures.Root, "trust", "keys");
        using SigningKey key = SigningKeyFile.Read(File.ReadAllBytes(Path.Combine(keys, $"{name}.pem")), name, null);
        byte[] data = File.ReadAllBytes(Path.Combine(Fixtures.Root, "trust", "blob", "archive.tar"));
        Digest image = Digest.Compute(data);
        string bundle = Encoding.UTF8.GetString(await BundleWriter.OfBytesAsync(key, SignedBytes.Of(data), default));
        byte[] statement = StatementWriter.Write([new("archive.tar", image)], Statement.FileSignature, predicate: null);
        string stated = Encoding.UTF8.GetString(await BundleWriter.OfStatementAsync(key, statement, default));
        byte[] payload = ClassicWriter.Payload(RepositoryName.Parse("registry.example/app"), image);

        await VerifyAsync(data, JsonDocument.Parse(bundle).RootElement.GetProperty("messageSignature").GetProperty("signature"));
        JsonElement envelope = JsonDocument.Parse(stated).RootElement.GetProperty("dsseEnvelope");
        byte[] signed = envelope.GetProperty("payload").GetBytesFromBase64();
        await VerifyAsync([.. Encoding.UTF8.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {signed.Length} "), .. signed],
            envelope.GetProperty("signatures")[0].GetProperty("sig"));
        await VerifyAsync(payload, JsonSerializer.SerializeToElement(
            Convert.ToBase64String(await key.SignAsync(SignedBytes.Of(payload), default))));

        async Task VerifyAsync(byte[] bytes, JsonElement signature)
        {
            File.WriteAllBytes(_folder["data"], bytes);
            File.WriteAllBytes(_folder["sig"], signature.GetBytesFromBase64());
            string pub = Path.Combine(keys, $"{name}.pub");
            string[] args = key.SignsHashes
                ? ["dgst", "-sha256", "-verify", pub, "-signature", _folder["sig"], _folder["data"]]
                : ["pkeyutl", "-verify", "-pubin", "-inkey", pub, "-rawin", "-in", _folder["data"], "-sigfile", _folder["sig"]];
            CliResult good = await Cli.RunAsync(openssl, args);
            Assert.AreEqual(0, good.ExitCode, good.Output + good.Error);
            bytes[^1] ^= 1;
            File.WriteAllBytes(_folder["data"], bytes);
            Assert.AreNotEqual(0, (await Cli.RunAsync(openssl, args)).ExitCode, "openssl verifies what it is given");
        }
    }
}
