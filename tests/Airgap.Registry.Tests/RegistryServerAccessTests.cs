using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests;

/// <summary>Read-only registries, users, certificates and limits.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RegistryServerAccessTests : RegistryServerTestBase
{
    [TestMethod]
    public async Task ReadOnlyServesAndChangesNothing()
    {
        using TempFolder temp = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RegistryServer.StartAsync(
            new RegistryServerOptions { Folder = temp["none"], ReadOnly = true, Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            CancellationToken.None));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code);

        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { WithFixtures = true, ReadOnly = true });
        string[] before = Directory.GetFileSystemEntries(api.Registry.Folder, "*", SearchOption.AllDirectories);
        string digest = (await api.Content.ManifestAsync("apps/frontend", "1.0.0")).Digest;
        await api.Content.AssertCompleteAsync("apps/frontend", digest);
        foreach ((string method, string path) in ((string, string)[])[
            ("POST", "/v2/a/blobs/uploads/"),
            ("PUT", "/v2/a/manifests/t"),
            ("DELETE", "/v2/apps/frontend/manifests/1.0.0")])
        {
            Answer answer = await api.SendAsync(method, path);
            answer.AssertError(405, "UNSUPPORTED");
            Assert.AreEqual("GET,HEAD", answer["Allow"]);
        }

        CollectionAssert.AreEquivalent(before, Directory.GetFileSystemEntries(api.Registry.Folder, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    [DataRow(null, 401)]
    [DataRow("Basic dXNlcjpwYXNz", 200)]
    [DataRow("basic dXNlcjpwYXNz", 200)]
    [DataRow("Basic dXNlcjpXUk9ORw==", 401)]
    [DataRow("Basic !!!", 401)]
    [DataRow("Basic", 401)]
    [DataRow("Bearer dXNlcjpwYXNz", 401)]
    public async Task APasswordIsWantedForEverything(string? authorization, int status)
    {
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { BasicAuth = ("user", "pass") });
        foreach (string path in (string[])["/v2/", "/v2/_catalog"])
        {
            Answer answer = await api.SendAsync("GET", path, null, authorization is null ? [] : [("Authorization", authorization)]);
            Assert.AreEqual(status, answer.Status);
            if (status != 401)
                continue;
            Assert.AreEqual("UNAUTHORIZED", answer.Code);
            StringAssert.StartsWith(answer["WWW-Authenticate"], "Basic realm=");
        }
    }

    [TestMethod]
    public async Task HttpsIsServedWithACertificate()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { Certificate = certificate, WithFixtures = true, ReadOnly = true });
        Assert.AreEqual("https", registry.Address.Scheme);
        using RegistryContent content = new(registry.Address);
        await content.AssertCompleteAsync("apps/frontend", "1.0.0");
    }

    [TestMethod]
    public async Task TheAccessLogHasALineForEachRequest()
    {
        using TempFolder temp = new();
        ConcurrentQueue<string> lines = new();
        RegistryServer server = await RegistryServer.StartAsync(
            new RegistryServerOptions { Folder = temp.Path, Listen = new IPEndPoint(IPAddress.Loopback, 0), AccessLog = lines.Enqueue },
            CancellationToken.None);
        using (HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address })
        {
            client.DefaultRequestHeaders.Add("Authorization", "Basic c2VjcmV0");
            using HttpResponseMessage response = await client.GetAsync("/v2/a/tags/list?n=1");
        }

        await server.DisposeAsync();
        StringAssert.Matches(lines.Single(),
            new Regex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1 - GET /v2/a/tags/list\?n=1 404 in=0 out=\d+ \d+ ms$"));
        Assert.DoesNotContain("c2VjcmV0", lines.Single());
    }

    [TestMethod]
    public async Task HealthIsToldToAnybody()
    {
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { BasicAuth = ("user", "pass") });
        Answer healthy = await api.GetAsync("/health");
        Assert.AreEqual(200, healthy.Status);
        Assert.AreEqual("ok", healthy.Json.GetProperty("status").GetString());
        Directory.Delete(api.Registry.Folder, recursive: true);
        Answer failing = await api.GetAsync("/health");
        Assert.AreEqual(503, failing.Status);
        Assert.AreEqual("failing", failing.Json.GetProperty("status").GetString());
    }

    [TestMethod]
    [DataRow("127.0.0.1", false, false, null)]
    [DataRow("::1", false, false, null)]
    [DataRow("0.0.0.0", true, true, null)]
    [DataRow("0.0.0.0", false, false, "without https and without users: everyone who reaches it can read and change")]
    [DataRow("192.0.2.1", true, false, "without users")]
    [DataRow("::", false, true, "without https: passwords")]
    public void AServerReachableByOthers_WarnsOfMissingProtection(string address, bool https, bool users, string? expected)
    {
        using X509Certificate2? certificate = https ? LoopbackCertificate.Create() : null;
        Diagnostic? warning = Registry.Http.Exposure.Of(
            new RegistryServerOptions
            {
                Listen = new IPEndPoint(IPAddress.Parse(address), 5000),
                Certificate = certificate,
                PasswordFile = users ? "x" : null
            },
            isReadOnly: false);
        Assert.AreEqual(expected is null ? null : ErrorCode.ExposedRegistry, warning?.Code);
        StringAssert.Contains(warning?.Message ?? "", expected ?? "");
    }
}
