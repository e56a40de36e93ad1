using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A publish reads its bundle from a mirror of registries.conf, and reports waits for the mirror.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class SourceMirrorTests
{
    [TestMethod]
    public async Task TheOriginIsNamedAndAPauseIsTold()
    {
        await using RegistryFixture mirror = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        int refused = 0;
        mirror.OnRequest = (request, _) => request.Kind == RequestKind.ManifestGet && Interlocked.Exchange(ref refused, 1) == 0
            ? Fault.Status(429, retryAfter: "1") : null;
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(mirror);
        await File.WriteAllTextAsync(project["registries.conf"], $"""
            [[registry]]
            location = "registry.local:5055"
            [[registry.mirror]]
            location = "{mirror.Host}"
            """);

        DotnetResult result = (await project.RelocateAsync(
            $"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapArtifacts=none", "-p:AirgapRegistriesConf=registries.conf",
            "-p:AirgapLimitRate=100MB/s", "-v:n")).Succeeded();

        Assert.Contains($"{mirror.Host} limits requests: reading manifests pauses for 1 s.", result.Output);
        Assert.Contains($"{mirror.Host} was read in place of registry.local:5055: ", result.Output);
        JsonElement item = project.ReadReport().GetProperty("items")[0];
        Assert.StartsWith("registry.local:5055/", item.GetProperty("source").GetString()!);
        Assert.IsTrue(item.GetProperty("images").EnumerateArray().All(image =>
            image.GetProperty("mirrors").EnumerateArray().Single().GetString()!.StartsWith(mirror.Host, StringComparison.Ordinal)));
    }
}
