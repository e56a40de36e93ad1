using System.Text.RegularExpressions;
using Airgap.Registry.Http;
using CsCheck;

namespace Airgap.Registry.Tests.Http;

/// <summary>Compares with the regular expressions of the specification.</summary>
[TestClass]
public sealed partial class NamesTests
{
    [TestMethod]
    public void ARepositoryIsWhatTheSpecificationSays() => Gen.Char["ab0._-/A"].Array[0, 12].Select(c => new string(c)).Sample(
        name => Assert.AreEqual(Repository().IsMatch(name), Names.IsRepository(name), name),
        iter: 20_000);

    [TestMethod]
    public void ATagIsWhatTheSpecificationSays() => Gen.Char["aZ0._-/:"].Array[0, 6].Select(c => new string(c)).Sample(
        tag => Assert.AreEqual(Tag().IsMatch(tag), Names.IsTag(tag), tag),
        iter: 20_000);

    [TestMethod]
    public void Names_AreTakenUpToTheirLimit()
    {
        Assert.IsTrue(Names.IsRepository(new string('a', 255)));
        Assert.IsFalse(Names.IsRepository(new string('a', 256)));
        Assert.IsTrue(Names.IsTag(new string('a', 128)));
        Assert.IsFalse(Names.IsTag(new string('a', 129)));
    }

    [TestMethod]
    [DataRow("/v2", Resource.Ping, "", "")]
    [DataRow("/v2/", Resource.Ping, "", "")]
    [DataRow("/v2/_catalog", Resource.Catalog, "", "")]
    [DataRow("/v2/a/b/tags/list", Resource.Tags, "a/b", "")]
    [DataRow("/v2/a/manifests/x", Resource.Manifest, "a", "x")]
    [DataRow("/v2/a/tags/manifests/list", Resource.Manifest, "a/tags", "list")]
    [DataRow("/v2/a/manifests/tags/list", Resource.Tags, "a/manifests", "")]
    [DataRow("/v2/a/blobs/uploads/", Resource.Uploads, "a", "")]
    [DataRow("/v2/a/blobs/uploads", Resource.Uploads, "a", "")]
    [DataRow("/v2/a/blobs/uploads/id", Resource.Upload, "a", "id")]
    [DataRow("/v2/blobs/uploads/blobs/x", Resource.Blob, "blobs/uploads", "x")]
    [DataRow("/v2/a/referrers/d", Resource.Referrers, "a", "d")]
    [DataRow("/v1/a/manifests/x", Resource.None, "", "")]
    [DataRow("/v2/a/tags", Resource.None, "", "")]
    [DataRow("/", Resource.None, "", "")]
    public void TheEndOfAPathDecides(string path, object resource, string name, string reference)
    {
        Route route = Route.Parse(path);
        Assert.AreEqual(resource, route.Resource);
        Assert.AreEqual(name, route.Name ?? "");
        Assert.AreEqual(reference, route.Reference ?? "");
    }

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex Repository();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex Tag();
}
