using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using CsCheck;

namespace Airgap.Publishing.Tests.Declarations;

/// <summary>Repository templates: their results, and the positions of their errors.</summary>
[TestClass]
public sealed class RepositoryTemplateTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [TestMethod]
    [DataRow("{registry}/{prefix}/{source.repository}", "mirror.corp.com/apps", "mirror.corp.com/apps/team/app")]
    [DataRow("{registry}/{prefix}/{source.repository}", "mirror.corp.com", "mirror.corp.com/team/app")]
    [DataRow("{registry}/{prefix}/{source.registry}/{source.repository}", "mirror.corp.com:5000/a/b",
        "mirror.corp.com:5000/a/b/quay.io-8443/team/app")]
    [DataRow("{registry}/{name}", "mirror.corp.com", "mirror.corp.com/app")]
    [DataRow("{registry}/x/{name}-{tag}", "mirror.corp.com", "mirror.corp.com/x/app-v1")]
    [DataRow("other.corp.com/{name}/{digest:12}", "mirror.corp.com", "other.corp.com/app/0123456789ab")]
    [DataRow("localhost/{digest}", "mirror.corp.com", "localhost/" + Hex)]
    [DataRow("mirror.corp.com/flat", "mirror.corp.com", "mirror.corp.com/flat")]
    public void AnImageGoesWhereItSays(string template, string destination, string expected)
    {
        TemplateValues values = new(
            TemplateBase.Parse(destination), RepositoryName.Parse("quay.io:8443/team/app"), "v1", Digest.Parse("sha256:" + Hex));
        Assert.AreEqual(expected, RepositoryTemplate.Parse(template).Resolve(values).ToString());
    }

    [TestMethod]
    public void DockerHubGoesByTheNameThatPeopleWrite()
    {
        TemplateValues values = new(TemplateBase.Parse("mirror.corp.com"), RepositoryName.Parse("ubuntu"), null, null);
        Assert.AreEqual("mirror.corp.com/docker.io/library/ubuntu",
            RepositoryTemplate.Parse("{registry}/{source.registry}/{source.repository}/{tag}").Resolve(values).ToString());
    }

    [TestMethod]
    [DataRow("", 1, "0 characters")]
    [DataRow("{registry}/{nam}", 12, "{nam}", "name")]
    [DataRow("{registry}/{source.repositry}", 12, "not a placeholder", "source.repository")]
    [DataRow("{registry}/{name", 12, "no matching brace")]
    [DataRow("{registry}/name}", 16, "no matching brace")]
    [DataRow("{registry}/{na{me}}", 12, "no matching brace")]
    [DataRow("{registry}/{name:3}", 12, "has a length")]
    [DataRow("{registry}/{digest:0}", 12, "not a length")]
    [DataRow("{registry}/{digest:65}", 12, "not a length")]
    [DataRow("{registry}/{digest:x}", 12, "not a length")]
    [DataRow("{prefix}/{name}", 1, "host")]
    [DataRow("apps/{name}", 1, "host")]
    [DataRow("{registry}{name}", 1, "host")]
    [DataRow("{registry}", 1, "host")]
    [DataRow("a.b/{registry}/{name}", 5, "not at the start")]
    [DataRow("user:secret@a.b/{name}", 1, "password")]
    public void Problems_AreReportedWithTheirPosition(string template, int position, params string[] words)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => RepositoryTemplate.Parse(template));
        Assert.AreEqual(ErrorCode.InvalidRepositoryTemplate, e.Code);
        Assert.Contains($"at character {position}:", e.Message);
        foreach (string word in words)
            Assert.Contains(word, e.Message + e.Advice);
        Assert.DoesNotContain("secret", e.Message);
    }

    [TestMethod]
    [DataRow("{registry}/{name}-{tag}")]
    [DataRow("{registry}/Apps/{name}")]
    [DataRow("{registry}/{tag}")]
    public void ANameThatNoRegistryTakesIsRefused(string template)
    {
        TemplateValues values = new(TemplateBase.Parse("mirror.corp.com"), RepositoryName.Parse("quay.io/team/app"), null, null);
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => RepositoryTemplate.Parse(template).Resolve(values));
        Assert.AreEqual(ErrorCode.TemplateNameInvalid, e.Code);
        Assert.Contains(template, e.Message);
    }

    [TestMethod]
    [DataRow("mirror")]
    [DataRow("https://mirror.corp.com")]
    [DataRow("mirror.corp.com/Apps")]
    [DataRow("mirror.corp.com:0")]
    [DataRow("")]
    public void ADestinationNamesAHost(string text) =>
        Assert.AreEqual(ErrorCode.InvalidRepository, Assert.ThrowsExactly<AirgapException>(() => TemplateBase.Parse(text)).Code);

    // Any text is read or refused with a code, and a template that is read makes a valid repository or is refused with a code.
    [TestMethod]
    public void NoTextFailsWithoutACode()
    {
        string[] known = ["{registry}", "{prefix}", "{source.registry}", "{source.repository}", "{name}", "{tag}", "{digest}",
            "{digest:12}", "{", "}", "/", "//", ".", "a.b", "A", "é", "@", ":"];
        Gen<string> piece = Gen.OneOf(Gen.Int[0, known.Length - 1].Select(index => known[index]), Gen.String[0, 6]);
        TemplateValues values = new(
            TemplateBase.Parse("mirror.corp.com/x"), RepositoryName.Parse("quay.io/team/app"), "v1", Digest.Parse("sha256:" + Hex));
        Gen.Select(Gen.Bool, piece.Array[0, 8]).Sample((isHost, pieces) =>
        {
            try
            {
                RepositoryName name = RepositoryTemplate.Parse((isHost ? "{registry}/" : "") + string.Concat(pieces)).Resolve(values);
                Assert.AreEqual(name, RepositoryName.Parse(name.ToString()));
            }
            catch (AirgapException e)
            {
                Assert.IsTrue(e.Code is ErrorCode.InvalidRepositoryTemplate or ErrorCode.TemplateNameInvalid, e.Message);
            }
        }, iter: 2000);
    }
}
