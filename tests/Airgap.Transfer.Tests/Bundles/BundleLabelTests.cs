using System.Text;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Tests.Bundles;

/// <summary>An image is a bundle for this reader whenever it is one for Go's.</summary>
[TestClass]
public sealed class BundleLabelTests
{
    private const string Label = "\"dev.carvel.imgpkg.bundle\":\"true\"";

    [TestMethod]
    [DataRow("{\"config\":{\"Labels\":{L}}}")]
    [DataRow("{\"a\":{\"Labels\":{}},\"config\":{\"Cmd\":[{}],\"Labels\":{\"x\":null,L}}}")]
    [DataRow("{\"config\":{},\"config\":{\"Labels\":{L}}}", DisplayName = "The second config has it")]
    [DataRow("{\"config\":null,\"config\":{\"Labels\":{},\"Labels\":{L}}}", DisplayName = "The second list of labels has it")]
    [DataRow("{\"Config\":{\"labels\":{L}}}", DisplayName = "Another case")]
    [DataRow("{\"CONFIG\":{\"Label\u017f\":{L}}}", DisplayName = "A letter that Go takes for another")]
    [DataRow("{\"c\\u006fnfig\":{\"L\\u0061bels\":{L}}}", DisplayName = "Escaped")]
    public void ALabelThatGoReads_IsPresent(string config) => Assert.IsTrue(IsPresent(config));

    [TestMethod]
    [DataRow("{\"config\":{\"Labels\":{\"Dev.carvel.imgpkg.bundle\":\"true\"}}}", DisplayName = "Names of labels have a case")]
    [DataRow("{\"container_config\":{\"Labels\":{L}}}")]
    [DataRow("{\"config\":{\"x\":{\"Labels\":{L}}},\"Labels\":{L}}", DisplayName = "At another level")]
    [DataRow("{\"config\":{\"Labels\":[{L}]},\"x\":{L}}")]
    [DataRow("{\"config\":[{\"Labels\":{L}}],\"x\":1}")]
    [DataRow("{\"config\":{\"Labels\":{}")]
    [DataRow("[]")]
    [DataRow("")]
    public void AnythingElse_IsNot(string config) => Assert.IsFalse(IsPresent(config));

    private static bool IsPresent(string config) =>
        BundleLabel.IsPresent(Encoding.UTF8.GetBytes(config.Replace("L}", Label + "}", StringComparison.Ordinal)));
}
