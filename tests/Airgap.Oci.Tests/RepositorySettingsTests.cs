using System.Text;
using Airgap.Oci.Creating;
using Airgap.TestKit;

namespace Airgap.Oci.Tests;

/// <summary>The settings of new repositories are checked before any request, and each error has its position.</summary>
[TestClass]
public sealed class RepositorySettingsTests
{
    [TestMethod]
    [DataRow("{}")]
    [DataRow("""{"$schema":"x","ecr":{},"ecrPublic":{},"harbor":{},"quay":{}}""")]
    [DataRow("""{"ecr":{"tags":{"a":"b"},"imageTagMutability":"IMMUTABLE","encryption":{"type":"KMS","kmsKey":"k"},"scanOnPush":false}}""")]
    [DataRow("""{"ecr":{"imageTagMutability":"MUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusions":["v*"]}}""")]
    [DataRow("""{"ecr":{"lifecyclePolicy":{"rules":[]},"repositoryPolicy":{}},"ecrPublic":{"description":"d","tags":{}}}""")]
    [DataRow("""{"harbor":{"public":true,"storageLimit":-1},"quay":{"visibility":"public","description":"","createOrganization":true}}""")]
    public void ValidSettings_AreRead(string json)
    {
        Schemas.AssertValid("repository-settings", json);
        Assert.IsNotNull(Parse(json));
    }

    [TestMethod]
    [DataRow("", "it is not JSON")]
    [DataRow("[]", "it is not a JSON object")]
    [DataRow("""{"ecr":{},"ecr":{}}""", "it is not JSON")]
    [DataRow("""{"acr":{}}""", "the setting 'acr': it is not a setting; there are ecr, ecrPublic, harbor, quay")]
    [DataRow("""{"ecr":[]}""", "the setting 'ecr': it is not an object")]
    [DataRow("""{"ecr":{"imageTagMutability":"immutable"}}""", "the setting 'ecr.imageTagMutability': 'immutable' is not one of MUTABLE")]
    [DataRow("""{"ecr":{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION"}}""", "needs at least one pattern")]
    [DataRow("""{"ecr":{"imageTagMutability":"IMMUTABLE","imageTagMutabilityExclusions":["a"]}}""", "patterns are only for")]
    [DataRow("""{"ecr":{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusions":["a/b"]}}""",
        "'a/b' has characters")]
    [DataRow("""{"ecr":{"encryption":{"kmsKey":"k"}}}""", "the setting 'ecr.encryption': it has no 'type'")]
    [DataRow("""{"ecr":{"encryption":{"type":"AES256","kmsKey":"k"}}}""", "a 'kmsKey' is only for KMS")]
    [DataRow("""{"ecr":{"encryption":{"type":"KMS","key":"k"}}}""", "the setting 'ecr.encryption.key': it is not a setting")]
    [DataRow("""{"ecr":{"tags":{"aws:x":"y"}}}""", "keys that begin with 'aws:' are reserved")]
    [DataRow("""{"ecr":{"tags":{"a":1}}}""", "'a' is not a string")]
    [DataRow("""{"ecr":{"lifecyclePolicy":"text"}}""", "the setting 'ecr.lifecyclePolicy': it is not an object")]
    [DataRow("""{"harbor":{"storageLimit":-2}}""", "it is not a whole number of -1 or more")]
    [DataRow("""{"harbor":{"public":"yes"}}""", "it is not true or false")]
    [DataRow("""{"quay":{"visibility":"internal"}}""", "'internal' is not one of private, public")]
    public void Problems_AreReportedWithTheirPlace(string json, string why)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Parse(json));
        Assert.AreEqual(ErrorCode.InvalidRepositorySettings, e.Code);
        Assert.Contains(why, e.Message);
        Assert.AreEqual("settings.json", e.Location?.File);
    }

    [TestMethod]
    public void AFileThatIsNotThereIsTold()
    {
        using TempFolder folder = new();
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => RepositorySettingsFile.Read(folder["none.json"]));
        Assert.AreEqual(ErrorCode.InvalidRepositorySettings, e.Code);
    }

    private static RepositorySettings Parse(string json) => RepositorySettingsFile.Parse(Encoding.UTF8.GetBytes(json), "settings.json");
}
