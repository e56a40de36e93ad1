using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>A lock, and tags that later point to other content.</summary>
public abstract class KeptTestBase
{
    private protected static readonly string s_lock = Fixtures.Golden("simple-app-bundle.bundle-lock.yml");

    // In the repository of the nested bundle, the lock's tag points to the nested bundle.
    private protected static async Task MoveTagAwayAsync(Uri address)
    {
        using HttpClient client = new() { BaseAddress = address };
        await TagAsync(client, "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4", "v1.0.0");
    }

    private protected static async Task TagAsync(HttpClient client, string digest, string tag, string repository = "mirror/nested-bundle")
    {
        using HttpRequestMessage get = new(HttpMethod.Get, $"v2/{repository}/manifests/{digest}");
        get.Headers.TryAddWithoutValidation("Accept", "application/vnd.docker.distribution.manifest.v2+json");
        using HttpResponseMessage manifest = await client.SendAsync(get);
        using ByteArrayContent body = new(await manifest.Content.ReadAsByteArrayAsync());
        body.Headers.ContentType = manifest.Content.Headers.ContentType;
        using HttpResponseMessage put = await client.PutAsync($"v2/{repository}/manifests/{tag}", body);
        Assert.IsTrue(put.IsSuccessStatusCode);
    }
}
