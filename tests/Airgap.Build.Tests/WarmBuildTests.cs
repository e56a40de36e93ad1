using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>A build that fails without an error does not pass for a success whose result was lost.</summary>
[TestClass]
public sealed class WarmBuildTests
{
    [TestMethod]
    [DataRow(0, "", "", 0)]
    [DataRow(1, "  a -> b", "Build succeeded.\n    0 Warning(s)", 0)]
    [DataRow(1, "  a -> b", "Build FAILED.\n    0 Error(s)", 1)]
    [DataRow(1, "  a -> b", "", 1)]
    [DataRow(1, "x.csproj : error AIRGAP1001: it failed", "Build succeeded.", 1)]
    [DataRow(134, "", "Build succeeded.", 134)]
    public void TheLogOfTheBuildDecides(int exitCode, string output, string log, int expected) =>
        Assert.AreEqual(expected, WarmBuilds.WithItsCode(new DotnetResult(exitCode, output), log).ExitCode);

    [TestMethod]
    public async Task ABuildInTheServer_IsInItsLog()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["some.proj"], """
            <Project DefaultTargets="Build">
              <Target Name="Restore" />
              <Target Name="Build">
                <Error Text="It is wrong." Condition="'$(Wrong)' == 'true'" />
              </Target>
            </Project>
            """);
        (DotnetResult done, string told) =
            await WarmBuilds.RunLoggedAsync(folder.Path, ["build", "some.proj"], new Dictionary<string, string?>());
        Assert.AreEqual(0, done.ExitCode, done.Output);
        Assert.AreEqual(0, WarmBuilds.WithItsCode(new DotnetResult(1, ""), told).ExitCode, told);
        (DotnetResult failed, told) =
            await WarmBuilds.RunLoggedAsync(folder.Path, ["build", "some.proj", "-p:Wrong=true"], new Dictionary<string, string?>());
        Assert.AreEqual(1, failed.ExitCode, failed.Output);
        Assert.AreEqual(1, WarmBuilds.WithItsCode(new DotnetResult(1, ""), told).ExitCode, told);
    }
}
