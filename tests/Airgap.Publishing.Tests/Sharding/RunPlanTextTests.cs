using Airgap.Oci.Naming;
using Airgap.Publishing.Sharding;
using Airgap.TestKit;
using Airgap.Transfer;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests.Sharding;

[TestClass]
public sealed class RunPlanTextTests
{
    [TestMethod]
    public async Task WhatGoesToSeveralRepositoriesCountsOnce()
    {
        TransferPlan plan = await new Relocator(FakeRegistry.FromFixtures()).PlanAsync(
            new RelocationSource.Bundle(ImageReference.Parse(Fixtures.Registry + "/mirror/simple-app-bundle:v1.0.0")),
            new PlanOptions(), default);
        Assert.StartsWith($"{plan.Items.Length} images, {plan.Blobs.Length} blobs (", RunPlanText.Amount([plan]));
        Assert.AreEqual(RunPlanText.Amount([plan]), RunPlanText.Amount([plan, plan]));
    }
}
