using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A publish sends large bodies to a server that speaks HTTP/2 alone, reads them from it, and resumes them.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class OnlyHttp2Tests
{
    private const int Large = 6 * 1024 * 1024;
    private const int Cut = 1024 * 1024;

    [TestMethod]
    public async Task ALargeLayer_GoesUpAndDown_AndResumes()
    {
        using X509Certificate2 made = LoopbackCertificate.Create();
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { Certificate = certificate, OnlyHttp2 = true });
        byte[] noise = new byte[Large];
        new Random(1).NextBytes(noise);
        using (RegistryWriter writer = new(source.Address))
            await writer.PushImageAsync("apps/noise", "1", noise);
        string digest = RegistryWriter.DigestOf(noise);
        ConcurrentBag<string> protocols = [];
        int uploads = 0, downloads = 0;
        registry.OnRequest = (request, context) =>
        {
            protocols.Add(context.Request.Protocol);
            bool isBody = request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch && context.Request.ContentLength > Cut;
            if (isBody && Interlocked.Increment(ref uploads) == 1)
                return Fault.TruncateUpload(Cut);
            return request.Kind == RequestKind.BlobGet && request.Reference == digest && Interlocked.Increment(ref downloads) == 1
                ? Fault.CutBody(Cut) : null;
        };

        using TestProject up = new($"""<ImgpkgImage Include="{source.Host}/apps/noise:1" />""");
        File.WriteAllText(up["ca.pem"], certificate.ExportCertificatePem());
        string trust = $"-p:AirgapCaCertificates={up["ca.pem"]}";
        (await up.RelocateAsync($"-p:AirgapRegistry={registry.Host}/up", trust)).Succeeded();
        Assert.AreSequenceEqual(noise, await File.ReadAllBytesAsync(Path.Combine(
            registry.Folder, "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data")));

        using TestProject down = new($"""<ImgpkgImage Include="{registry.Host}/up/noise:1" />""");
        (await down.RelocateAsync($"-p:AirgapArchive={down["a.tar"]}", trust)).Succeeded();
        Assert.IsGreaterThan(0, (await File.ReadAllBytesAsync(down["a.tar"])).AsSpan().IndexOf(noise));

        Assert.IsTrue(protocols.All(protocol => protocol == "HTTP/2"), string.Join(' ', protocols.Distinct()));
        Assert.IsTrue(uploads > 1 && downloads > 1, $"what broke was resumed: {uploads} uploads, {downloads} downloads");
        // A resumed download asks only for the rest.
        Assert.IsTrue(registry.Of(RequestKind.BlobGet).Any(request => request.Reference == digest
            && request.Header("Range")?.StartsWith("bytes=", StringComparison.Ordinal) == true));
    }
}
