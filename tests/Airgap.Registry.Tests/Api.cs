using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests;

/// <summary>A registry, and a client that sends exactly the test's requests.</summary>
internal sealed class Api : IAsyncDisposable
{
    private Api(RegistryFixture registry)
    {
        Registry = registry;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = registry.Address };
        Writer = new RegistryWriter(registry.Address);
        Content = new RegistryContent(registry.Address);
    }

    public RegistryFixture Registry { get; }

    public HttpClient Client { get; }

    public RegistryWriter Writer { get; }

    public RegistryContent Content { get; }

    public static async Task<Api> StartAsync(RegistryFixtureOptions? options = null) =>
        new(await RegistryFixture.StartAsync(options ?? new RegistryFixtureOptions()));

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    public Task<Answer> SendAsync(string method, string path, byte[]? body = null, params (string Name, string Value)[] headers) =>
        SendContentAsync(method, path, body is null ? null : new ByteArrayContent(body), headers);

    public async Task<Answer> SendContentAsync(string method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = body };
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await Client.SendAsync(request);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Headers,
            response.Content.Headers);
    }

    /// <summary>Sends bytes that no HttpClient would send, and reads until the connection ends.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, Registry.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using StreamReader reader = new(client.GetStream(), Encoding.ASCII);
        // A server that never ends it fails the test, and does not hang it.
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>Starts an upload and returns its path.</summary>
    public async Task<string> StartUploadAsync(string repository)
    {
        Answer answer = await SendAsync("POST", $"/v2/{repository}/blobs/uploads/");
        Assert.AreEqual(202, answer.Status);
        return answer["Location"]!;
    }

    public async ValueTask DisposeAsync()
    {
        Content.Dispose();
        Writer.Dispose();
        Client.Dispose();
        await Registry.DisposeAsync();
    }
}

/// <summary>A response, read to its end.</summary>
internal sealed record Answer(int Status, byte[] Body, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    /// <summary>A header's value, or null.</summary>
    public string? this[string name] =>
        Headers.TryGetValues(name, out IEnumerable<string>? values) || ContentHeaders.TryGetValues(name, out values)
            ? string.Join(',', values) : null;

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The first error's code.</summary>
    public string? Code => Json.GetProperty("errors")[0].GetProperty("code").GetString();

    public void AssertError(int status, string code)
    {
        Assert.AreEqual(status, Status);
        Assert.AreEqual(code, Code);
        Assert.AreEqual("application/json", this["Content-Type"]);
        Assert.AreEqual(status == 405, this["Allow"] is not null, "RFC 9110, section 15.5.6");
    }
}
