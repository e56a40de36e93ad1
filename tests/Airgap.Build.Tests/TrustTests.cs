using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A project says who has to have signed.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class TrustTests
{
    [TestMethod]
    public async Task APublishIsRefusedAtTheItem_AndRelocatesWhatIsSigned()
    {
        using TempFolder folder = new();
        SignedStorage.Unpack(folder["storage"]);
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = folder["storage"] });
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        string trust = $"""<ImgpkgTrust Include="registry.local:5055" Key="{SignedStorage.Key("p256")}" Required="$(Required)" />""";
        using TestProject project =
            new TestProject($"""<ImgpkgBundle Include="registry.local:5055/{SignedStorage.BundleOfUnsigned}" />{trust}""").Reaching(source);
        using TestProject lost = new TestProject(
            $"""<ImgpkgBundle Include="registry.local:5055/{SignedStorage.Bundle}" />{trust.Replace("registry.local:5055", "registry.vendor.com/**", StringComparison.Ordinal)}""").Reaching(source);

        DotnetResult refused = await project.PublishAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:Required=all");
        DotnetResult vanished = await lost.PublishAsync($"-p:AirgapRegistry={destination.Host}/apps");

        Assert.AreEqual(1, refused.ExitCode, refused.Output);
        Assert.Contains("App.csproj", refused.Output);
        Assert.AreEqual(2, refused.Output.Split('\n').Where(line => line.Contains("AIRGAP5001", StringComparison.Ordinal))
            .Select(line => line.Trim()).Distinct().Count(), refused.Output);
        Assert.IsFalse(File.Exists(project.Report));
        Assert.AreEqual(1, vanished.ExitCode, vanished.Output);
        Assert.Contains("AIRGAP5010", vanished.Output);
        Assert.IsEmpty(destination.Requests.Where(request => request.Method is not ("GET" or "HEAD")));

        (await project.PublishAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:Required=root")).Succeeded();
        JsonElement signed = project.ReadReport().GetProperty("items")[0].GetProperty("signatures")[0];
        Assert.AreEqual(SignedStorage.BundleDigest, signed.GetProperty("digest").GetString());
    }
}
