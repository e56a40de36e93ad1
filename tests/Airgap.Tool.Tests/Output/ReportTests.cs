using Airgap.Publishing.Reporting;
using Airgap.Tool.Output;

namespace Airgap.Tool.Tests.Output;

[TestClass]
public sealed class ReportTests
{
    [TestMethod]
    public void Characters_AreAsTheyAre()
    {
        const string MediaType = "application/vnd.oci.image.manifest.v1+json";
        Report report = new()
        {
            Command = "copy",
            Summary = "<'ä'>",
            Items = [new ReportImage("a", "b", "c", MediaType, 1, "copied", "image", [])]
        };

        string json = report.ToJson();

        Assert.Contains($"\"mediaType\": \"{MediaType}\"", json);
        Assert.Contains("\"summary\": \"<'ä'>\"", json);
    }
}
