using System.Text;
using System.Text.Json;
using Airgap.Registry.Storage;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

/// <summary>A web page in a visitor's browser can do nothing through the registry.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BrowserTests
{
    [TestMethod]
    [DataRow("127.0.0.1", 200)]
    [DataRow("127.0.0.1:5000", 200)]
    [DataRow("[::1]:5000", 200)]
    [DataRow("10.1.2.3", 200)]
    [DataRow("localhost:5000", 200)]
    [DataRow("LOCALHOST.", 200)]
    [DataRow("app.localhost", 200)]
    [DataRow("registry.corp.example", 200)]
    [DataRow("Registry.Corp.Example.:5000", 200)]
    [DataRow("rebound.attacker.example", 421)]
    [DataRow("127.0.0.1.attacker.example:5000", 421)]
    [DataRow("localhost.attacker.example", 421)]
    public async Task OnlyNamesThatAreTheRegistrysAreAnswered(string host, int status)
    {
        await using Api api = await StartAsync();
        foreach (string request in (string[])["GET /v2/", "POST /v2/a/blobs/uploads/", "GET /nothing"])
        {
            string answer = await api.SendRawAsync($"{request} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            Assert.AreEqual(status == 421, answer.StartsWith("HTTP/1.1 421", StringComparison.Ordinal), answer);
        }
    }

    [TestMethod]
    [DataRow("http://127.0.0.1:5000", 202)]
    [DataRow("http://attacker.example", 403)]
    [DataRow("http://127.0.0.1:5001", 403)]
    [DataRow("http://localhost:5000", 403)]
    [DataRow("http://127.0.0.1", 403)]
    [DataRow("null", 403)]
    [DataRow("", 403)]
    public async Task APageOfAnotherOriginWritesNothing(string origin, int status)
    {
        await using Api api = await StartAsync();
        string answer = await api.SendRawAsync(
            "POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nOrigin: " +
            $"{origin}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        StringAssert.StartsWith(answer, $"HTTP/1.1 {status}");
        Assert.AreEqual(status == 202, Directory.Exists(Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a")));
    }

    [TestMethod]
    public async Task StoredContentIsNoPage()
    {
        await using Api api = await StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "t", [1]);
        byte[] html = Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"mediaType\":\"text/html\",\"a\":\"<script>alert(1)</script>\"}");
        Assert.AreEqual(201, (await api.SendAsync("PUT", "/v2/a/manifests/page", html)).Status);
        string blob = (await api.Writer.PushBlobAsync("a", html)).Digest;
        foreach (string path in (string[])[
            "/v2/a/manifests/page", "/v2/a/manifests/t", $"/v2/a/blobs/{blob}", "/v2/a/tags/list", "/v2/", $"/v2/a/blobs/{image.Digest}0"])
        {
            Answer answer = await api.GetAsync(path);
            Assert.AreEqual("nosniff", answer["X-Content-Type-Options"], path);
            StringAssert.Contains(answer["Content-Security-Policy"], "sandbox", path);
            Assert.DoesNotContain("allow-scripts", answer["Content-Security-Policy"]!);
            Assert.IsNull(answer["Access-Control-Allow-Origin"]);
        }
    }

    [TestMethod]
    [DataRow("application/x\r\nSet-Cookie: a=b")]
    [DataRow("application/x\n")]
    [DataRow("text/html; charset=utf-8")]
    [DataRow("text html")]
    [DataRow("/x")]
    [DataRow("x/")]
    [DataRow("x/y/z")]
    [DataRow("application/\u00fc")]
    [DataRow("")]
    public async Task OnlyAMediaTypeIsTakenForOne(string type)
    {
        Assert.IsFalse(MediaTypeName.IsValid(type));
        await using Api api = await StartAsync();
        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = type });
        (await api.SendAsync("PUT", "/v2/a/manifests/t", manifest)).AssertError(400, "MANIFEST_INVALID");

        // Another registry may have accepted it into the same folder.
        string digest = RegistryWriter.DigestOf(manifest);
        string hex = digest["sha256:".Length..];
        string root = Path.Combine(api.Registry.Folder, "docker/registry/v2");
        foreach ((string path, byte[] content) in ((string, byte[])[])[
            ($"blobs/sha256/{hex[..2]}/{hex}/data", manifest),
            ($"repositories/a/_manifests/revisions/sha256/{hex}/link", Encoding.ASCII.GetBytes(digest))])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            File.WriteAllBytes(Path.Combine(root, path), content);
        }

        Answer answer = await api.GetAsync($"/v2/a/manifests/{digest}");
        Assert.AreEqual(200, answer.Status);
        Assert.AreEqual("application/vnd.oci.image.manifest.v1+json", answer["Content-Type"]);
        Assert.IsNull(answer["Set-Cookie"]);
    }

    private static Task<Api> StartAsync() => Api.StartAsync(new RegistryFixtureOptions
    {
        Configure = options => options with { AnyHost = false, Hosts = ["registry.corp.example"] },
    });
}
