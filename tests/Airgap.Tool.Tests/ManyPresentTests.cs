using System.Text.Json.Nodes;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary><c>copy --ask-in-bulk --earlier-plan</c> of many images that are all present at the destination.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ManyPresentTests
{
    private const int Images = 40;

    [TestMethod]
    public async Task AnEarlierPlanAndBulkQuestionsTakeFewRequests()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await ManyImages.WriteAsync(source.Address, source.Host, Images);
        string[] copy = ["copy", "-b", $"{source.Host}/{ManyImages.Bundle}", "--to-repo", $"{far.Host}/apps/many"];
        await SucceedAsync([.. copy, "--plan-out", folder["plan.json"]]);
        await SucceedAsync(copy);
        source.Clear();
        far.Clear();

        JsonNode again = JsonNode.Parse(
            await SucceedAsync([.. copy, "--ask-in-bulk", "--earlier-plan", folder["plan.json"], "--json"]))!;

        Assert.AreEqual(0, (int)again["totals"]!["copied"]!["count"]!);
        int requests = source.Requests.Count + far.Requests.Count;
        Assert.IsLessThan(Images, requests, string.Join('\n', source.Requests.Concat(far.Requests)));
        Assert.HasCount(4, far.Of(RequestKind.ManifestPut));
        Assert.IsEmpty(far.Of(RequestKind.BlobHead));
    }

    [TestMethod]
    public async Task WhatIsNoPlanIsOneErrorBeforeTheFirstRequest()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await File.WriteAllTextAsync(folder["plan.json"], "{}");
        CliResult copy = await InProcess.RunAsync(
            "copy", "-b", $"{source.Host}/{ManyImages.Bundle}", "--to-repo", $"{source.Host}/apps/many", "--earlier-plan",
            folder["plan.json"]);
        copy.AssertFailed("AIRGAP2240", "plan.json");
        Assert.IsEmpty(source.Requests);
    }

    private static async Task<string> SucceedAsync(params string[] arguments)
    {
        CliResult result = await InProcess.RunAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Error + result.Output);
        return result.Output;
    }
}
