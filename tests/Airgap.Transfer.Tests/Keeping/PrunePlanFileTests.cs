using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Keeping;

/// <summary>A prune plan is read as written, and other files are refused.</summary>
[TestClass]
public sealed class PrunePlanFileTests : PruneTestBase
{
    [TestMethod]
    public async Task AFileThatIsNoPlan_IsRefused()
    {
        await FillAsync();
        using TempFolder folder = new();
        PrunePlan plan = await PlanAsync([Root("index-bundle")]);
        await PrunePlanFile.WriteAsync(folder["plan.json"], plan, Token);
        Assert.AreEqual(PrunePlanFile.ToJson(plan), PrunePlanFile.ToJson(PrunePlanFile.Read(folder["plan.json"])));
        string text = PrunePlanFile.ToJson(plan);
        foreach (string wrong in (string[])
        [
            "", "[]", "null", "{}", text.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 2", StringComparison.Ordinal),
            text.Replace("sha256:", "sha257:", StringComparison.Ordinal),
            text.Replace(Place, "https://x/y", StringComparison.Ordinal),
            text.Replace(plan.Remove[0].Digest, plan.Keep[0].Digest, StringComparison.Ordinal),
            text.Replace("Z\"", "\"", StringComparison.Ordinal),
            text.Replace("\"remove\": [", "\"remove\": [null,", StringComparison.Ordinal),
            text.Replace("\"keep\": [", "\"keep\": [null,", StringComparison.Ordinal),
            Without(text, "remove", "kind"),
            Without(text, "keep", "from"),
        ])
        {
            await File.WriteAllTextAsync(folder["wrong.json"], wrong, Token);
            Assert.AreEqual(ErrorCode.InvalidPrunePlan,
                Assert.ThrowsExactly<AirgapException>(() => PrunePlanFile.Read(folder["wrong.json"])).Code, wrong);
        }
    }

    private static string Without(string plan, string list, string field)
    {
        JsonNode root = JsonNode.Parse(plan)!;
        Assert.IsTrue(root[list]![0]!.AsObject().Remove(field));
        return root.ToJsonString();
    }
}
