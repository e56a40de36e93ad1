using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ServerMetricsTests
{
    [TestMethod]
    public async Task Metrics_CountRequestsByRouteMethodAndStatus_AndNamesMakeNoSeries()
    {
        await using Api api = await StartAsync();
        for (int i = 0; i < 30; i++)
            Assert.AreEqual(404, (await api.GetAsync($"/v2/hostile{i}/manifests/v{i}")).Status);
        Assert.AreEqual(200, (await api.GetAsync("/v2/apps/frontend/manifests/1.0.0")).Status);
        Assert.AreEqual(202, (await api.SendAsync("POST", "/v2/new/blobs/uploads/", [])).Status);

        Answer answer = await api.GetAsync("/metrics");

        Assert.AreEqual(200, answer.Status);
        string text = Encoding.UTF8.GetString(answer.Body);
        Assert.AreEqual(30, Value(text, "http_server_request_duration_seconds_count", "manifests", "\"404\""));
        Assert.AreEqual(1, Value(text, "http_server_request_duration_seconds_count", "manifests", "\"200\""));
        Assert.AreEqual(1, Value(text, "http_server_request_duration_seconds_count", "uploads", "\"202\""));
        Assert.AreEqual(30, Value(text, "http_server_request_duration_seconds_bucket", "manifests", "\"404\"", "+Inf"));
        Assert.AreEqual(1, Value(text, "http_server_active_requests"));
        Assert.IsGreaterThan(0, Value(text, "airgap_registry_sent_bytes_total"));
        Assert.DoesNotContain("hostile", text);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
            Assert.IsTrue(double.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out _), line);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ReceivedBytes_AreThoseOfTheBody_WhetherItsLengthIsToldOrNot(bool inChunks)
    {
        ConcurrentQueue<string> lines = new();
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions
        {
            Configure = options => options with { Metrics = true, AccessLog = lines.Enqueue },
        });
        string upload = await api.StartUploadAsync("new");
        (string, string)[] headers = inChunks ? [("Transfer-Encoding", "chunked")] : [];

        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, new byte[300_000], headers)).Status);

        string text = Encoding.UTF8.GetString((await api.GetAsync("/metrics")).Body);
        Assert.AreEqual(300_000, Value(text, "airgap_registry_received_bytes_total"));
        Assert.Contains(" 202 in=300000 out=0 ", lines.Single(line => line.Contains(" PATCH ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task WithUsers_MetricsAreTheirsAlone()
    {
        await using Api api = await StartAsync(("anna", "one"));
        Assert.AreEqual(401, (await api.GetAsync("/metrics")).Status);
        string login = Convert.ToBase64String("anna:one"u8);
        Assert.AreEqual(200, (await api.GetAsync("/metrics", ("Authorization", $"Basic {login}"))).Status);
    }

    [TestMethod]
    public async Task WithoutTheSetting_NothingIsThere()
    {
        await using Api api = await Api.StartAsync();
        Assert.AreEqual(404, (await api.GetAsync("/metrics")).Status);
    }

    private static Task<Api> StartAsync((string, string)? user = null) => Api.StartAsync(new RegistryFixtureOptions
    {
        WithFixtures = true,
        Configure = options => options with { Metrics = true, BasicAuth = user },
    });

    private static double Value(string text, string name, params string[] parts)
    {
        string line = text.Split('\n').Single(line =>
            line.StartsWith(name, StringComparison.Ordinal) && parts.All(part => line.Contains(part, StringComparison.Ordinal)));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
