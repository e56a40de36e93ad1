using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>The package and the tool as users get them: a publish applies its manifests to a cluster, and waits for the result.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class PackedApplyTests
{
    [TestMethod]
    public async Task ThePackedToolApplies_AndTheClusterIsHeard()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(
            TestProject.SimpleBundle.Replace("/>", "Namespace=\"success\" />", StringComparison.Ordinal)).Reaching(source);
        await InstallToolAsync(project);
        string[] apply = [$"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapApply=true", "-p:AirgapApplyContext=fake",
            "-p:AirgapApplyWait=60s"];
        await using (FakeKubernetes sound = await StartAsync("success", "success"))
        {
            // A pull request's build has no kubeconfig: nothing is relocated, and nothing is applied.
            (await project.RelocateAsync(apply)).FailedWith("AIRGAP4140");
            Assert.IsEmpty(sound.Requests);
            Assert.IsEmpty(destination.Requests);

            project.Environment["KUBECONFIG"] = sound.WriteKubeconfig(project["config"]);
            DotnetResult applied = (await project.PublishAsync(apply)).Succeeded();

            KubernetesRequest patch = sound.Requests.Single(request => request.Method == "PATCH");
            Assert.AreEqual("Bearer test-token", patch.Authorization);
            Assert.Contains("fieldManager=airgap", patch.Query);
            Assert.Contains($"{destination.Host}/apps/simple-app-bundle@{TestProject.SimpleDigest}", patch.Body);
            Assert.IsTrue(sound.Requests.Any(request => request.IsWatch), "it is waited for by a watch");
            Assert.Contains("PackageRepository success/simple-package-repository: created, reconcile succeeded", applied.Output);
            Assert.Contains("; fake: 1 object applied)", applied.Output);
            Assert.DoesNotContain("test-token", applied.Output);
        }

        await using FakeKubernetes failing = await StartAsync("ca-unknown", "success");
        project.Environment["KUBECONFIG"] = failing.WriteKubeconfig(project["config"]);
        DotnetResult failed = (await project.RelocateAsync(apply)).FailedWith("AIRGAP4210");
        Assert.Contains("x509: certificate signed by unknown authority", failed.Output);
        Assert.Contains("kapp-controller-config --from-file=caCerts=CA.pem", failed.Output);
        Assert.IsTrue(File.Exists(project.Manifest), "what was relocated is there, and its manifest");
    }

    // A recorded cluster, with any namespace in the recording.
    private static async Task<FakeKubernetes> StartAsync(string state, string ns)
    {
        JsonElement recorded = JsonElement.Parse(
            KubernetesFixtures.Read($"packagerepositories/{state}.json").GetRawText().Replace(
                $"\"namespace\":\"{state}\"", $"\"namespace\":\"{ns}\"", StringComparison.Ordinal));
        string path = $"/apis/packaging.carvel.dev/v1alpha1/namespaces/{ns}/packagerepositories";
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", $"{path}/simple-package-repository", KubernetesAnswer.Recorded(recorded.GetProperty("apply")));
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(recorded.GetProperty("watch"))));
        if (recorded.TryGetProperty("packages", out JsonElement packages))
            server.On("GET", $"/apis/data.packaging.carvel.dev/v1alpha1/namespaces/{ns}/packages", KubernetesAnswer.Recorded(packages));
        return server;
    }

    // Packed from the output of the tests' build, and installed where dotnet finds it.
    private static async Task InstallToolAsync(TestProject project)
    {
        string feed = await PackedPackage.ToolFeedAsync();
        (await Dotnet.RunAsync(
            project.Folder,
            ["tool", "install", "dotnet-airgap", "--tool-path", project["tools"], "--source", feed, "--no-cache"],
            project.Environment)).Succeeded();
        project.Environment["PATH"] = $"{project["tools"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        project.Environment["DOTNET_ROOT"] = Path.GetFullPath(
            Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
    }
}
