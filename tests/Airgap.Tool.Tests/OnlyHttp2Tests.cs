using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>The tool sends large bodies to a server that speaks HTTP/2 alone, reads them from it, and resumes them.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OnlyHttp2Tests
{
    private const int Large = 6 * 1024 * 1024;
    private const int Cut = 1024 * 1024;

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task ALargeLayer_GoesUpAndDown_AndResumes()
    {
        using X509Certificate2 made = LoopbackCertificate.Create();
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        File.WriteAllText(_folder["ca.pem"], certificate.ExportCertificatePem());
        await using RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { Certificate = certificate, OnlyHttp2 = true });
        ConcurrentBag<string> protocols = [];
        int uploads = 0, downloads = 0;
        registry.OnRequest = (request, context) =>
        {
            protocols.Add(context.Request.Protocol);
            // A small body, such as a config, would not break.
            bool isBody = request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch && context.Request.ContentLength > Cut;
            if (isBody && Interlocked.Increment(ref uploads) == 1)
                return Fault.TruncateUpload(Cut);
            return request.Kind == RequestKind.BlobGet && LengthOf(registry, request.Reference) > Cut
                && Interlocked.Increment(ref downloads) == 1 ? Fault.CutBody(Cut) : null;
        };
        byte[] noise = new byte[Large];
        new Random(1).NextBytes(noise);
        Directory.CreateDirectory(_folder["in"]);
        await File.WriteAllBytesAsync(_folder["in/noise"], noise);
        string[] trust = ["--registry-ca-cert-path", _folder["ca.pem"]];

        CliResult pushed = await InProcess.RunAsync(["push", "-i", $"{registry.Host}/apps/noise:1", "-f", _folder["in"], .. trust]);
        Assert.AreEqual(0, pushed.ExitCode, pushed.Error);
        CliResult archived = await InProcess.RunAsync(
            ["copy", "-i", $"{registry.Host}/apps/noise:1", "--to-tar", _folder["a.tar"], .. trust]);
        Assert.AreEqual(0, archived.ExitCode, archived.Error);
        CliResult back = await InProcess.RunAsync(
            ["copy", "--tar", _folder["a.tar"], "--to-repo", $"{registry.Host}/apps/again", .. trust]);
        Assert.AreEqual(0, back.ExitCode, back.Error);
        CliResult pulled = await InProcess.RunAsync(["pull", "-i", $"{registry.Host}/apps/again:1", "-o", _folder["out"], .. trust]);
        Assert.AreEqual(0, pulled.ExitCode, pulled.Error);

        CollectionAssert.AreEqual(noise, await File.ReadAllBytesAsync(_folder["out/noise"]));
        Assert.IsTrue(protocols.All(protocol => protocol == "HTTP/2"), string.Join(' ', protocols.Distinct()));
        Assert.IsTrue(uploads > 1 && downloads > 1, "what broke was resumed");
    }

    private static long LengthOf(RegistryFixture registry, string digest) => new FileInfo(Path.Combine(
        registry.Folder, "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data")).Length;
}
