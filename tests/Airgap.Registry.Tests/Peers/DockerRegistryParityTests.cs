using System.Globalization;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Peers;

/// <summary>The same requests to docker-registry 2.8 and to this registry, with copies of one storage.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DockerRegistryParityTests
{
    private const string Unknown = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    private static readonly string[] s_accepted =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private static readonly byte[] s_text = Encoding.ASCII.GetBytes("0123456789");

    [TestMethod]
    public async Task BothAnswerWithTheSameStatus()
    {
        using TempFolder temp = new();
        TempFolder.Copy(Path.Combine(Fixtures.Root, "storage"), temp["theirs"]);
        await using DockerRegistry theirs = await DockerRegistry.StartAsync(temp["theirs"]);
        await using RegistryFixture ours = await RegistryFixture.StartWithFixturesAsync();
        string[] expected = (await ScriptAsync(theirs.Address)).Split('\n');
        string[] actual = (await ScriptAsync(ours.Address)).Split('\n');
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i]);
    }

    [TestMethod]
    public async Task ThisRegistryDoesBetterWhereTheOtherDoesBadly()
    {
        using TempFolder temp = new();
        await using RegistryFixture ours = await RegistryFixture.StartWithFixturesAsync();
        await using DockerRegistry theirs = await DockerRegistry.StartAsync(temp["theirs"]);
        using HttpClient client = Client(ours.Address);
        using HttpClient other = Client(theirs.Address);
        using RegistryWriter writer = new(ours.Address);
        using RegistryWriter otherWriter = new(theirs.Address);
        Pushed blob = await writer.PushBlobAsync("x", s_text);
        await otherWriter.PushBlobAsync("x", s_text);

        // An anonymous mount of an existing blob, and an upload in a single POST.
        Assert.AreEqual("202 201",
            $"{await StatusAsync(other, "POST", $"/v2/y/blobs/uploads/?mount={blob.Digest}")} " +
            $"{await StatusAsync(client, "POST", $"/v2/y/blobs/uploads/?mount={blob.Digest}")}");
        Assert.AreEqual("202 201",
            $"{await StatusAsync(other, "POST", $"/v2/z/blobs/uploads/?digest={blob.Digest}", s_text)} " +
            $"{await StatusAsync(client, "POST", $"/v2/z/blobs/uploads/?digest={blob.Digest}", s_text)}");
        Assert.AreEqual("404 200",
            $"{await StatusAsync(other, "GET", $"/v2/x/referrers/{blob.Digest}")} " +
            $"{await StatusAsync(client, "GET", $"/v2/x/referrers/{blob.Digest}")}");
    }

    [TestMethod]
    public async Task ContentPushedToDockerRegistry_IsServedHere()
    {
        using TempFolder temp = new();
        Pushed index;
        await using (DockerRegistry theirs = await DockerRegistry.StartAsync(temp["storage"]))
        {
            using RegistryWriter writer = new(theirs.Address);
            index = await writer.PushIndexAsync(
                "a/b", "all", await writer.PushImageAsync("a/b", null, [1]), await writer.PushImageAsync("a/b", null, [2]));
        }

        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { Folder = temp["storage"] });
        Assert.AreEqual(index.Digest, (await api.Content.ManifestAsync("a/b", "all")).Digest);
        await api.Content.AssertCompleteAsync("a/b", "all");
        await api.Writer.PushImageAsync("a/b", "more", [3]);

        await using DockerRegistry again = await DockerRegistry.StartAsync(temp["storage"]);
        using RegistryContent content = new(again.Address);
        CollectionAssert.AreEqual((string[])["all", "more"], (await content.TagsAsync("a/b")).ToArray());
        await content.AssertCompleteAsync("a/b", "more");
    }

    // One line for each request: its name, the status, and the headers that clients rely on.
    private static async Task<string> ScriptAsync(Uri address)
    {
        using HttpClient client = Client(address);
        using RegistryContent content = new(address);
        StringBuilder lines = new();
        StoredManifest manifest = await content.ManifestAsync("apps/frontend", "1.0.0");
        string config = System.Text.Json.JsonDocument.Parse(manifest.Bytes).RootElement.GetProperty("config")
            .GetProperty("digest").GetString()!;
        string digest = RegistryWriter.DigestOf(s_text);

        await LineAsync("GET", "/v2/");
        await LineAsync("GET", "/v2/apps/frontend/tags/list");
        await LineAsync("GET", "/v2/no/such/tags/list");
        foreach (string method in (string[])["GET", "HEAD"])
        {
            await LineAsync(method, "/v2/apps/frontend/manifests/1.0.0");
            await LineAsync(method, $"/v2/apps/frontend/manifests/{manifest.Digest}");
            await LineAsync(method, "/v2/apps/multi/manifests/1.0.0");
            await LineAsync(method, "/v2/apps/artifact/manifests/1");
            await LineAsync(method, "/v2/apps/frontend/manifests/none");
            await LineAsync(method, $"/v2/apps/frontend/manifests/{Unknown}");
            await LineAsync(method, $"/v2/apps/frontend/blobs/{config}");
            await LineAsync(method, $"/v2/apps/frontend/blobs/{Unknown}");
            await LineAsync(method, $"/v2/no/such/blobs/{config}");
        }

        await LineAsync("GET", $"/v2/apps/frontend/blobs/{config}", null, ("Range", "bytes=5-8"));
        await LineAsync("GET", $"/v2/apps/frontend/blobs/{config}", null, ("Range", "bytes=5-"));
        await LineAsync("GET", $"/v2/apps/frontend/blobs/{config}", null, ("Range", "bytes=-5"));
        await LineAsync("GET", $"/v2/apps/frontend/blobs/{config}", null, ("Range", "bytes=5-8"), ("If-Range", $"\"{Unknown}\""));
        await LineAsync("GET", $"/v2/apps/frontend/blobs/{config}", null, ("Range", "bytes=5-8"), ("If-Range", $"\"{config}\""));
        await LineAsync("GET", $"/v2/apps/frontend/blobs/{config}", null, ("If-None-Match", $"\"{config}\""));
        await LineAsync("GET", "/v2/apps/frontend/manifests/1.0.0", null, ("If-None-Match", $"\"{manifest.Digest}\""));

        await LineAsync("POST", $"/v2/apps/frontend/blobs/uploads/?mount={config}&from=apps/frontend");
        await LineAsync("POST", $"/v2/new/one/blobs/uploads/?mount={config}&from=apps/frontend");
        await LineAsync("POST", $"/v2/new/one/blobs/uploads/?mount={Unknown}&from=apps/frontend");
        await LineAsync("POST", $"/v2/new/one/blobs/uploads/?mount={Unknown}");
        string upload = await LineAsync("POST", "/v2/new/one/blobs/uploads/");
        upload = await LineAsync("PATCH", upload, s_text[..4]);
        await LineAsync("GET", upload);
        upload = await LineAsync("PATCH", upload, s_text[4..]);
        await LineAsync("PUT", With(upload, digest), []);
        await LineAsync("GET", $"/v2/new/one/blobs/{digest}");
        await LineAsync("PUT", With(await LineAsync("POST", "/v2/new/one/blobs/uploads/"), digest), s_text);
        await LineAsync("PUT", With(await LineAsync("POST", "/v2/new/one/blobs/uploads/"), Unknown), s_text);
        upload = await LineAsync("POST", "/v2/new/one/blobs/uploads/");
        await LineAsync("DELETE", upload);
        await LineAsync("GET", upload);

        string json = Encoding.UTF8.GetString(manifest.Bytes);
        await LineAsync("PUT", "/v2/new/two/manifests/t", manifest.Bytes, ("Content-Type", manifest.MediaType));
        await LineAsync("PUT", $"/v2/apps/frontend/manifests/{Unknown}", manifest.Bytes, ("Content-Type", manifest.MediaType));
        await LineAsync("PUT", "/v2/apps/frontend/manifests/again", manifest.Bytes, ("Content-Type", manifest.MediaType));
        await LineAsync("PUT", "/v2/apps/frontend/manifests/bad", Encoding.UTF8.GetBytes(json[1..]), ("Content-Type", manifest.MediaType));
        await LineAsync("DELETE", $"/v2/apps/frontend/manifests/{manifest.Digest}");
        await LineAsync("GET", "/v2/apps/frontend/manifests/again");
        await LineAsync("DELETE", $"/v2/apps/frontend/manifests/{manifest.Digest}");
        await LineAsync("DELETE", $"/v2/apps/frontend/blobs/{config}");
        await LineAsync("GET", $"/v2/apps/frontend/blobs/{config}");
        return lines.ToString();

        async Task<string> LineAsync(string method, string path, byte[]? body = null, params (string Name, string Value)[] headers)
        {
            using HttpRequestMessage request = new(new HttpMethod(method), path)
            {
                Content = body is null ? null : new ByteArrayContent(body)
            };
            foreach ((string name, string value) in headers)
            {
                if (!request.Headers.TryAddWithoutValidation(name, value))
                    request.Content!.Headers.TryAddWithoutValidation(name, value);
            }

            foreach (string accept in s_accepted)
                request.Headers.TryAddWithoutValidation("Accept", accept);
            using HttpResponseMessage response = await client.SendAsync(request);
            bool ok = response.IsSuccessStatusCode;
            string place = path.Contains("/uploads/", StringComparison.Ordinal) && !path.EndsWith('/')
                && !path.Contains("mount", StringComparison.Ordinal) ? "UPLOAD" : path;
            lines.Append(CultureInfo.InvariantCulture, $"{method} {place} {string.Join(' ', headers)}: {(int)response.StatusCode}");
            if (ok)
            {
                foreach (string name in (string[])["Docker-Content-Digest", "Range", "Docker-Distribution-Api-Version"])
                    lines.Append(CultureInfo.InvariantCulture,
                        $" {name}={(response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(',', values) : "")}");
                if (method is "GET" or "HEAD" && place != "UPLOAD" && !path.EndsWith("list", StringComparison.Ordinal) && path != "/v2/")
                    lines.Append(CultureInfo.InvariantCulture,
                        $" {response.Headers.ETag} {response.Content.Headers.ContentType} {response.Content.Headers.ContentLength} " +
                        $"{response.Content.Headers.ContentRange}");
            }

            lines.Append('\n');
            return response.Headers.Location is { } location ? new Uri(address, location).PathAndQuery : path;
        }
    }

    private static string With(string upload, string digest) => upload + (upload.Contains('?') ? '&' : '?') + "digest=" + digest;

    private static HttpClient Client(Uri address) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        BaseAddress = address
    };

    private static async Task<int> StatusAsync(HttpClient client, string method, string path, byte[]? body = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = body is null ? null : new ByteArrayContent(body) };
        using HttpResponseMessage response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
