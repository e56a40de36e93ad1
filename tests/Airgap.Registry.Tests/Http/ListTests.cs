using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ListTests
{
    [TestMethod]
    [DataRow("", "B,a,b,c", null)]
    [DataRow("?n=2", "B,a", "</v2/x/y/tags/list?n=2&last=a>; rel=\"next\"")]
    [DataRow("?n=2&last=a", "b,c", null)]
    [DataRow("?last=aa", "b,c", null)]
    [DataRow("?n=1&last=b", "c", null)]
    [DataRow("?last=c", "", null)]
    [DataRow("?n=0", "", null)]
    public async Task TagsAreSortedAndPaged(string query, string tags, string? link)
    {
        await using Api api = await Api.StartAsync();
        foreach (string tag in (string[])["c", "a", "B", "b"])
            await api.Writer.PushIndexAsync("x/y", tag);
        Answer answer = await api.GetAsync("/v2/x/y/tags/list" + query);
        Assert.AreEqual(200, answer.Status);
        Assert.AreEqual("x/y", answer.Json.GetProperty("name").GetString());
        Assert.AreEqual(tags, Joined(answer.Json.GetProperty("tags")));
        Assert.AreEqual(link, answer["Link"]);
    }

    [TestMethod]
    public async Task FollowingTheLinksGivesEveryTagOnce()
    {
        await using Api api = await Api.StartAsync();
        for (int i = 0; i < 25; i++)
            await api.Writer.PushIndexAsync("a", $"t{i}");
        List<string> seen = [];
        string? next = "/v2/a/tags/list?n=4";
        while (next is not null)
        {
            Answer answer = await api.GetAsync(next);
            seen.AddRange(answer.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!));
            next = answer["Link"]?.Split('<', '>')[1];
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, 25).Select(i => $"t{i}").Order(StringComparer.Ordinal).ToArray(), seen);
    }

    [TestMethod]
    public async Task AWrongNumberIsRefusedAndAnUnknownRepositoryIsUnknown()
    {
        await using Api api = await Api.StartAsync();
        await api.Writer.PushIndexAsync("a", "t");
        (await api.GetAsync("/v2/a/tags/list?n=x")).AssertError(400, "PAGINATION_NUMBER_INVALID");
        (await api.GetAsync("/v2/a/tags/list?n=-1")).AssertError(400, "PAGINATION_NUMBER_INVALID");
        (await api.GetAsync("/v2/a/tags/list?n=")).AssertError(400, "PAGINATION_NUMBER_INVALID");
        Assert.AreEqual(200, (await api.GetAsync("/v2/a/tags/list?n=99999999999999999999")).Status, "that is a number");
        (await api.GetAsync("/v2/b/tags/list")).AssertError(404, "NAME_UNKNOWN");
    }

    [TestMethod]
    public async Task TheCatalogNamesEveryRepositoryOnce()
    {
        await using Api api = await Api.StartAsync();
        Assert.AreEqual("", Joined((await api.GetAsync("/v2/_catalog")).Json.GetProperty("repositories")));
        await api.Writer.PushIndexAsync("b/c", "t");
        await api.Writer.PushImageAsync("b", "t", [1]);
        await api.Writer.PushBlobAsync("a/tags/list", [1]);
        await api.StartUploadAsync("only/started");
        Assert.AreEqual("a/tags/list,b,b/c", Joined((await api.GetAsync("/v2/_catalog")).Json.GetProperty("repositories")));
        Answer page = await api.GetAsync("/v2/_catalog?n=1&last=a/tags/list");
        Assert.AreEqual("b", Joined(page.Json.GetProperty("repositories")));
        Assert.AreEqual("</v2/_catalog?n=1&last=b>; rel=\"next\"", page["Link"]);
    }

    [TestMethod]
    public async Task ReferrersAreFoundFilteredAndForgotten()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "t", [1]);
        Pushed config = await api.Writer.PushBlobAsync("a", "{}"u8.ToArray(), "application/x.config");
        string path = $"/v2/a/referrers/{image.Digest}";
        Answer none = await api.GetAsync(path);
        Assert.AreEqual(200, none.Status);
        Assert.AreEqual(RegistryWriter.OciIndex, none["Content-Type"]);
        Assert.AreEqual(0, none.Json.GetProperty("manifests").GetArrayLength());

        string sbom =
            $$"""{"mediaType":"{{RegistryWriter.OciManifest}}","artifactType":"application/x.sbom","config":{{config.Json}},"layers":[],"subject":{{image.Json}},"annotations":{"k":"v\u00e9"} }""";
        string other = $$"""{"mediaType":"{{RegistryWriter.OciManifest}}","config":{{config.Json}},"layers":[],"subject":{{image.Json}}}""";
        Answer put = await api.SendAsync("PUT", "/v2/a/manifests/sbom", System.Text.Encoding.UTF8.GetBytes(sbom));
        Assert.AreEqual(image.Digest, put["OCI-Subject"]);
        Pushed second = await api.Writer.PushManifestAsync("a", null, other);

        JsonElement[] all = [.. (await api.GetAsync(path)).Json.GetProperty("manifests").EnumerateArray()];
        Assert.HasCount(2, all);
        Answer filtered = await api.GetAsync($"{path}?artifactType=application/x.sbom");
        Assert.AreEqual("artifactType", filtered["OCI-Filters-Applied"]);
        JsonElement found = filtered.Json.GetProperty("manifests").EnumerateArray().Single();
        Assert.AreEqual(RegistryWriter.DigestOf(System.Text.Encoding.UTF8.GetBytes(sbom)), found.GetProperty("digest").GetString());
        Assert.AreEqual(sbom.Length, found.GetProperty("size").GetInt32());
        Assert.AreEqual("application/x.sbom", found.GetProperty("artifactType").GetString());
        Assert.AreEqual("vé", found.GetProperty("annotations").GetProperty("k").GetString());
        Assert.AreEqual(second.Digest,
            (await api.GetAsync($"{path}?artifactType=application/x.config")).Json.GetProperty("manifests")[0]
            .GetProperty("digest").GetString());

        await api.SendAsync("DELETE", $"/v2/a/manifests/{second.Digest}");
        Assert.AreEqual(1, (await api.GetAsync(path)).Json.GetProperty("manifests").GetArrayLength());
        await api.Writer.PushManifestAsync("a", null, other);
        Assert.AreEqual(2, (await api.GetAsync(path)).Json.GetProperty("manifests").GetArrayLength());
    }

    // Clients, ours and oras among them, read no more than 4 MiB of a list.
    [TestMethod]
    public async Task ReferrersArePaged_BeforeAListIsTooLongForClients()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "t", [1]);
        Pushed config = await api.Writer.PushBlobAsync("a", "{}"u8.ToArray(), "application/x.config");
        string note = new('x', 1_200_000);
        HashSet<string> attached = [];
        for (int i = 0; i < 8; i++)
        {
            attached.Add((await api.Writer.PushManifestAsync(
                "a", null,
                $$$"""{"mediaType":"{{{RegistryWriter.OciManifest}}}","artifactType":"application/x.{{{i % 2}}}+json","config":{{{config.Json}}},"layers":[],"subject":{{{image.Json}}},"annotations":{"k":"{{{i}}}{{{note}}}"}}""")).Digest);
        }

        foreach ((string query, int count, int pages) in new[] { ("", 8, 3), ("?artifactType=application%2Fx.1%2Bjson", 4, 2) })
        {
            List<string> seen = [];
            string? next = $"/v2/a/referrers/{image.Digest}{query}";
            int asked = 0;
            for (; next is not null; asked++)
            {
                Answer answer = await api.GetAsync(next);
                Assert.AreEqual(200, answer.Status);
                Assert.IsLessThanOrEqualTo(4 * 1024 * 1024, answer.Body.Length);
                Assert.AreEqual(query.Length > 0 ? "artifactType" : null, answer["OCI-Filters-Applied"]);
                seen.AddRange(answer.Json.GetProperty("manifests").EnumerateArray().Select(each => each.GetProperty("digest").GetString()!));
                next = answer["Link"] is { } link ? link[1..link.IndexOf('>', StringComparison.Ordinal)] : null;
            }

            Assert.AreEqual(pages, asked);
            Assert.HasCount(count, seen);
            Assert.IsTrue(attached.IsSupersetOf(seen) && seen.Distinct().Count() == count);
        }

        (await api.GetAsync($"/v2/a/referrers/{image.Digest}?last=t")).AssertError(400, "DIGEST_INVALID");
    }

    [TestMethod]
    public async Task ReferrersThatAnotherRegistryWroteAreFound()
    {
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { WithFixtures = true, ReadOnly = true });
        string digest = (await api.Content.ManifestAsync("apps/frontend", "1.0.0")).Digest;
        JsonElement manifests = (await api.GetAsync($"/v2/apps/frontend/referrers/{digest}")).Json.GetProperty("manifests");
        Assert.AreEqual(1, manifests.GetArrayLength());
        await api.Content.AssertCompleteAsync("apps/frontend", manifests[0].GetProperty("digest").GetString()!);
    }

    [TestMethod]
    public async Task ReferrersOfWhatIsNoDigestAreRefused()
    {
        await using Api api = await Api.StartAsync();
        (await api.GetAsync("/v2/a/referrers/tag")).AssertError(400, "DIGEST_INVALID");
    }

    private static string Joined(JsonElement list) => string.Join(',', list.EnumerateArray().Select(item => item.GetString()));
}
