using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

/// <summary>A quota is read in each form that servers send.</summary>
[TestClass]
public sealed class QuotaHeadersTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [TestMethod]
    [DataRow("ratelimit-limit: 100;w=21600|ratelimit-remaining: 76;w=21600", 76, 100, 21600, DisplayName = "Docker Hub")]
    [DataRow("RateLimit-Limit: 10, 10;w=1, 50;w=60|RateLimit-Remaining: 9|RateLimit-Reset: 50", 9, 10, 1, DisplayName = "draft 02")]
    [DataRow("RateLimit-Limit: 10|RateLimit-Remaining: 9|RateLimit-Reset: 50", 9, 10, 50)]
    [DataRow("RateLimit: limit=100, remaining=50, reset=5|RateLimit-Policy: 100;w=60", 50, 100, 60, DisplayName = "draft 07")]
    [DataRow("RateLimit: limit=100, remaining=50, reset=5", 50, 100, 5)]
    [DataRow("RateLimit: \"hour\";r=900;t=30, \"day\";r=50;t=3000|RateLimit-Policy: \"hour\";q=1000;w=3600,\"day\";q=5000;w=86400", 50,
        5000,
        86400, DisplayName = "draft 10")]
    [DataRow("RateLimit: \"default\";r=50;t=30", 50, null, 30)]
    [DataRow("X-RateLimit-Limit: 5000|X-RateLimit-Remaining: 4999|X-RateLimit-Reset: 1800003600", 4999, 5000, 3600, DisplayName = "GitHub")]
    [DataRow("X-RateLimit-Remaining: 3", 3, null, null)]
    public void AQuotaIsRead(string headers, int remaining, int? limit, int? window)
    {
        PullQuota? quota = Read(headers);
        Assert.AreEqual(
            new PullQuota(remaining, limit, window is { } seconds ? TimeSpan.FromSeconds(seconds) : null, null), quota);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("ratelimit-limit: 100;w=21600")]
    [DataRow("ratelimit-remaining: many")]
    [DataRow("ratelimit-remaining: -1")]
    [DataRow("RateLimit: \"default\"")]
    public void AMeaninglessHeader_IsNoQuota(string headers) => Assert.IsNull(Read(headers));

    [TestMethod]
    public void AQuota_IsDescribed()
    {
        Assert.AreEqual(" of 100 in 6 h", Read("ratelimit-limit: 100;w=21600|ratelimit-remaining: 76;w=21600")!.OfWhat);
        Assert.AreEqual("203.0.113.7", Read("ratelimit-remaining: 76|docker-ratelimit-source: 203.0.113.7")!.Source);
        Assert.IsFalse(Read("RateLimit: \"default\";r=50;t=30")!.IsLong);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void NoTextThrows(int seed)
    {
        Random random = new(seed);
        const string Pieces = "0123456789;,=wrtq\" \"default\"limitremaining-.\u00e9";
        for (int i = 0; i < 20_000; i++)
        {
            string Text() => new([.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => Pieces[random.Next(Pieces.Length)])]);
            PullQuota? quota = QuotaHeaders.Read(_ => Text(), s_now);
            Assert.IsFalse(quota is { Remaining: < 0 } or { Limit: < 0 });
            _ = quota?.OfWhat;
        }
    }

    private static PullQuota? Read(string headers)
    {
        Dictionary<string, string> values = headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": "))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return QuotaHeaders.Read(values.GetValueOrDefault, s_now);
    }
}
