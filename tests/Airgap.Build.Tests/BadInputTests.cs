using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>All errors of a project are reported together, before the first request.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class BadInputTests
{
    [TestMethod]
    public async Task AllProblemsAreReportedAtOnceEachAtItsLine()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject("""
            <ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />
            <ImgpkgBundle Include="registry.local:5055/other/simple-app-bundle:v1.0.0" PackageRepository="second" />
            <ImgpkgBundle Include="registry.local:5055/user1/Upper:v1" />
            <ImgpkgBundle Include="registry.local:5055/user1/named:v1" PackageRepository="No_Name" />
            <ImgpkgBundle Include="registry.local:5055/user1/spaced:v1" Namespace="Not A Namespace" />
            <ImgpkgImage Include="registry.local:5055/user1/plain:1" Repository="Wrong" />
            <ImgpkgLock Include="missing.yml" Repositry="x" />
            """).Reaching(registry);

        DotnetResult result = await project.RelocateAsync(
            $"-p:AirgapRegistry={registry.Host}/apps", "-p:AirgapConcurrency=none", "-p:AirgapRegistri=x");

        Assert.AreEqual(1, result.ExitCode);
        AssertError(result, "AIRGAP2023", 9);
        AssertError(result, "AIRGAP2001", 10);
        AssertError(result, "AIRGAP4001", 11);
        AssertError(result, "AIRGAP4001", 12);
        AssertError(result, "AIRGAP2003", 13);
        AssertError(result, "AIRGAP3001", 14);
        Assert.Contains("App.csproj : error AIRGAP2022: The property AirgapConcurrency has the value 'none'.", result.Output);
        Assert.Contains("warning AIRGAP2104: The metadata Repositry", result.Output);
        Assert.Contains("warning AIRGAP2104: The property AirgapRegistri is unknown. Did you mean AirgapRegistry?", result.Output);
        Assert.IsEmpty(registry.Requests);
    }

    [TestMethod]
    public async Task TwoArchivesAtOnceAreRefusedBeforeTheFirstRequest()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(registry);
        DotnetResult result = (await project.RelocateAsync(
            $"-p:AirgapRegistry={registry.Host}/apps", "-p:AirgapArchive=out.tar", "-p:AirgapSourceArchive=in.tar"))
            .FailedWith("AIRGAP2011");
        Assert.Contains("App.csproj : error AIRGAP2011: Both AirgapArchive and AirgapSourceArchive are set.", result.Output);
        Assert.IsEmpty(registry.Requests);
    }

    [TestMethod]
    public async Task AWarningOfOursCanBeSilencedOrRaisedByItsCode()
    {
        using TestProject project = new(TestProject.SimpleBundle);
        DotnetResult silenced = (await project.RelocateAsync("-p:NoWarn=AIRGAP2101")).Succeeded();
        Assert.DoesNotContain("warning AIRGAP2101", silenced.Output);
        DotnetResult raised = await project.RelocateAsync("-warnAsError:AIRGAP2101");
        Assert.AreEqual(1, raised.ExitCode);
        Assert.Contains("error AIRGAP2101", raised.Output);
    }

    [TestMethod]
    [DataRow("-warnAsError:AIRGAP2104")]
    [DataRow("-warnAsError")]
    [DataRow("-p:MSBuildTreatWarningsAsErrors=true")]
    public async Task AWarningRaisedToAnError_StopsTheRunBeforeAnythingMoves(string raise)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(
            TestProject.SimpleBundle.Replace("PackageRepository=", "Namspace=\"apps\" PackageRepository=", StringComparison.Ordinal))
            .Reaching(registry);
        string destination = $"-p:AirgapRegistry={registry.Host}/apps";

        DotnetResult result = (await project.RelocateAsync(destination, raise)).FailedWith("AIRGAP2104");

        Assert.IsFalse(Directory.Exists(project.Artifacts), result.Output);
        Assert.IsEmpty(registry.Requests.Where(request => request.Method is not ("GET" or "HEAD")), result.Output);
        (await project.RelocateAsync(destination, "-warnAsError:AIRGAP2105")).Succeeded();
        (await project.RelocateAsync(destination, "-warnAsError", "-warnNotAsError:AIRGAP2104;AIRGAP4121")).Succeeded();
    }

    /// <summary>MSBuild says nothing about an Update of an item that has another tag by now.</summary>
    [TestMethod]
    public async Task AnUpdateThatChangesNoItem_IsToldWithItsLine()
    {
        using TestProject project = new(TestProject.SimpleBundle
            + "\n<ImgpkgBundle Update=\"registry.local:5055/user1/simple-app-bundle:v1.1.0\" Namespace=\"apps\" />"
            + "\n<ImgpkgBundle Update=\"Registry.local:5055/user1/simple-app-bundle:v1.0.0\" SecretName=\"pull\" />");

        DotnetResult result = (await project.RelocateAsync()).Succeeded();

        string told = Assert.ContainsSingle(result.Lines("warning AIRGAP2124").Select(line => line.Trim()).Distinct(), result.Output);
        Assert.Contains("App.csproj(9,", told);
        Assert.Contains("simple-app-bundle:v1.1.0' matches no item", told);
    }

    [TestMethod]
    public async Task AWarningOfThePlansRaisedToAnError_StopsTheRunBeforeAnythingMoves()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(registry);
        (await project.RelocateAsync($"-p:AirgapRegistry={registry.Host}/one")).Succeeded();
        int before = registry.Requests.Count(request => request.Method is not ("GET" or "HEAD"));

        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={registry.Host}/two", "-warnAsError:AIRGAP4127"))
            .FailedWith("AIRGAP4127");

        Assert.Contains("error AIRGAP2194", result.Output);
        Assert.AreEqual(before, registry.Requests.Count(request => request.Method is not ("GET" or "HEAD")), result.Output);
    }

    [TestMethod]
    public async Task ASlipInTheProjectsOwnTextIsTold_AndAPropertyOfItsOwnIsNot()
    {
        using TestProject project = new(
            TestProject.SimpleBundle,
            "<TargetFramework>net10.0</TargetFramework><!-- <AirgapOnPublsh/> " +
            "--><AirgapRegistri>x</AirgapRegistri><AirgapFlavourOfTheHouse>1</AirgapFlavourOfTheHouse>");
        File.WriteAllText(project["Directory.Build.props"],
            "<Project>\n  <PropertyGroup>\n    <AirgapOutputPaht>out/</AirgapOutputPaht>\n  </PropertyGroup>\n</Project>");

        DotnetResult result = (await project.RelocateAsync()).Succeeded();

        string[] warnings = [.. result.Lines("warning AIRGAP2104").Select(line => line.Trim()).Distinct()];
        Assert.HasCount(2, warnings, result.Output);
        Assert.Contains(warning => warning.Contains("App.csproj(3,", StringComparison.Ordinal)
            && warning.Contains("Did you mean AirgapRegistry?", StringComparison.Ordinal), warnings);
        Assert.Contains(warning => warning.Contains("Directory.Build.props(3,", StringComparison.Ordinal)
            && warning.Contains("Did you mean AirgapOutputPath?", StringComparison.Ordinal), warnings);
    }

    [TestMethod]
    public async Task AWarningOfOursCanBeAMessageOrAnErrorByPropertiesOfMSBuild()
    {
        using TestProject project = new(TestProject.SimpleBundle);
        DotnetResult quiet = (await project.RelocateAsync("-p:MSBuildWarningsAsMessages=AIRGAP2101")).Succeeded();
        Assert.DoesNotContain("warning AIRGAP2101", quiet.Output);
        DotnetResult raised = await project.RelocateAsync("-p:WarningsAsErrors=AIRGAP2101");
        Assert.AreEqual(1, raised.ExitCode);
        Assert.Contains("error AIRGAP2101", raised.Output);
        Assert.DoesNotContain("MSB4018", raised.Output);
    }

    [TestMethod]
    public async Task AnOlderMSBuildIsToldWhatIsNeeded()
    {
        using TestProject project = new(TestProject.SimpleBundle);
        DotnetResult result = await project.RelocateAsync("-p:_AirgapMSBuildVersion=17.14.8", "-p:AirgapRegistry=host.io/apps");
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("App.csproj : error AIRGAP3010: ", result.Output);
        Assert.Contains("17.14.8", result.Output);
    }

    private static void AssertError(DotnetResult result, string code, int line) =>
        Assert.Contains($"App.csproj({line},", string.Join('\n', result.Lines($"error {code}: ")), result.Output);
}
