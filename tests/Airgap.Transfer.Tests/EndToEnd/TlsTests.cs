using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Network;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Registries in use support TLS, and HTTP/2 over it: large bodies and small requests in parallel, on stable lines and on lines that break.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class TlsTests : WireTestBase
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task BlobsOfEverySizeGoToDockerRegistryAndBack(bool isCut)
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await File.WriteAllTextAsync(folder["ca.pem"], certificate.ExportCertificatePem(), Token);
        await using DockerRegistry registry = await DockerRegistry.StartAsync(certificate: certificate);

        // The second to fourth connections, which carry large bodies, end long before everything is sent.
        await using CuttingProxy proxy =
            new(registry.Address, number => isCut && number is >= 1 and <= 3 ? (1_500_000, 1_500_000) : (long.MaxValue, long.MaxValue));
        using RegistryClient client = new(
            new RegistryOptions
            {
                CaCertificatePaths = [folder["ca.pem"]],
                UploadChunkBytes = 1024 * 1024,
                RetryDelay = TimeSpan.FromMilliseconds(1),
                ResponseHeaderTimeout = TimeSpan.FromSeconds(60)
            },
            CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true, Environment = new Dictionary<string, string>() }));
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{proxy.Host}/apps/it"));
        int[] sizes = [0, 1, 65_536, 262_143, 262_144, 3_000_000, 6_000_000];
        await Parallel.ForEachAsync(sizes, Token, async (size, token) =>
        {
            byte[] bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            Descriptor descriptor = new("application/octet-stream", Digest.Compute(bytes), size);
            await repository.PushBlobAsync(new MemoryBlobContent(descriptor, bytes), null, null, token);

            // Reads the registry's file directly.
            string hex = descriptor.Digest.Hex;
            byte[] stored = await File.ReadAllBytesAsync(
                Path.Combine(registry.Folder, "docker", "registry", "v2", "blobs", "sha256", hex[..2], hex, "data"), token);
            Assert.AreEqual(hex, Convert.ToHexStringLower(SHA256.HashData(stored)));
            using MemoryStream back = new();
            await using Stream stream = await repository.GetBlob(descriptor).OpenAsync(0, token);
            await stream.CopyToAsync(back, token);
            Assert.AreSequenceEqual(bytes, back.ToArray());
        });
        if (isCut)
            Assert.IsGreaterThan(0, proxy.Cuts);
    }
}
