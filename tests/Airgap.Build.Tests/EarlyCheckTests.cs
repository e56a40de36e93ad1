using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>A publish tells of mistakes in items and properties before it compiles.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class EarlyCheckTests
{
    private const string Content = """<ImgpkgBundleContent Include="made/a.txt" />""";
    private const string Registry = "-p:AirgapRegistry=host.invalid/apps";

    [TestMethod]
    [DataRow(TestProject.SimpleBundle, Registry, "-p:AirgapLimitRate=fast", "AIRGAP2022")]
    [DataRow(TestProject.SimpleBundle, Registry, "-p:AirgapKeepGoing=yes", "AIRGAP2022")]
    [DataRow(Content, Registry, "-p:AirgapLimitRate=fast", "AIRGAP2022")]
    [DataRow(Content, Registry, "-p:AirgapBundleTag=not/a/tag", "AIRGAP2022")]
    [DataRow(Content, "-p:AirgapBundleRepository=host.invalid/Upper", "-p:Other=", "AIRGAP2003")]
    [DataRow(Content, "-p:AirgapBundleRepository=host.invalid/app", "-p:AirgapKeepGoing=yes", "AIRGAP2022")]
    [DataRow("""<ImgpkgBundleContent Include="made/a.txt" PackageRepository="No_Name" />""", Registry, "-p:Other=", "AIRGAP4001")]
    [DataRow("""<ImgpkgBundleImage Include="host.invalid/Upper:v1" />""", Registry, "-p:Other=", "AIRGAP2001")]
    [DataRow(Content + """<ProjectReference Include="other/x.proj" AirgapImage="yes" />""", Registry, "-p:Other=", "AIRGAP2022")]
    public async Task AMistakeIsToldBeforeTheProjectCompiles(string items, string destination, string property, string code)
    {
        using TestProject project = new(items);
        File.WriteAllText(project["Thing.cs"], "This does not compile.");
        Directory.CreateDirectory(project["other"]);
        File.WriteAllText(project["other/x.proj"], "<Project><Target Name=\"GetTargetFrameworks\" /></Project>");

        DotnetResult result = (await project.PublishAsync(destination, property)).FailedWith(code);

        Assert.DoesNotContain("error CS", result.Output);
    }

    [TestMethod]
    public async Task ContentThatTheBuildMakes_IsNotMissedBeforeIt()
    {
        using TestProject project = new(Content);
        File.WriteAllText(project["Directory.Build.targets"],
            "<Project><Target Name=\"Make\" AfterTargets=\"Build\"><WriteLinesToFile File=\"made/a.txt\" Lines=\"a\" /></Target></Project>");

        (await project.PublishAsync("-p:AirgapArchive=out.tar")).Succeeded();

        Assert.IsTrue(File.Exists(project["out.tar"]));
    }
}
