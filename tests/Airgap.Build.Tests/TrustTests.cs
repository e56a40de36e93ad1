using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A project's trust rules.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class TrustTests
{
    [TestMethod]
    public async Task APublishIsRefusedAtTheItem_AndRelocatesWhatIsSigned()
    {
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        string trust = $"""<ImgpkgTrust Include="registry.local:5055" Key="{SignedStorage.Key("p256")}" Required="$(Required)" />""";
        using TestProject project =
            new TestProject($"""<ImgpkgBundle Include="registry.local:5055/{SignedStorage.BundleOfUnsigned}" />{trust}""").Reaching(source);

        DotnetResult refused = await project.PublishAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:Required=all");

        Assert.AreEqual(1, refused.ExitCode, refused.Output);
        Assert.Contains("App.csproj", refused.Output);
        Assert.AreEqual(2, refused.Output.Split('\n').Where(line => line.Contains("AIRGAP5001", StringComparison.Ordinal))
            .Select(line => line.Trim()).Distinct().Count(), refused.Output);
        Assert.IsFalse(File.Exists(project.Report));
        Assert.IsEmpty(destination.Requests.Where(request => request.Method is not ("GET" or "HEAD")));

        (await project.PublishAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:Required=root")).Succeeded();
        JsonElement signed = project.ReadReport().GetProperty("items")[0].GetProperty("signatures")[0];
        Assert.AreEqual(SignedStorage.BundleDigest, signed.GetProperty("digest").GetString());
    }

    /// <summary>The SDK imports these files itself, so that no Import in the project leads to them.</summary>
    [TestMethod]
    [DataRow("PublishProfile", "Prod", "Properties/PublishProfiles/Prod.pubxml")]
    [DataRow("AfterMicrosoftNETSdkTargets", "$(MSBuildProjectDirectory)/rules.targets", "rules.targets")]
    public async Task ARuleThatIsWrittenAsAPattern_CountsInAFileThatTheSdkImports(string property, string value, string file)
    {
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(
            $"""<ImgpkgBundle Include="registry.local/{SignedStorage.Bundle}" />""",
            $"<TargetFramework>net10.0</TargetFramework><{property}>{value}</{property}>").Reaching(source);
        Directory.CreateDirectory(Path.GetDirectoryName(project[file])!);
        File.WriteAllText(project[file], $"""
            <Project><ItemGroup>
              <ImgpkgTrust Include="registry.local/**" Key="{SignedStorage.Key("wrong")}" />
            </ItemGroup></Project>
            """);

        DotnetResult refused = await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps");

        Assert.AreEqual(1, refused.ExitCode, refused.Output);
        Assert.Contains("AIRGAP5002", refused.Output);
        Assert.IsEmpty(destination.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
    }

    /// <summary>MSBuild expands the pattern to files, or to nothing, but the rule must not get lost.</summary>
    [TestMethod]
    public async Task ARuleThatIsWrittenAsAPattern_Counts_WhateverIsOnTheDisk()
    {
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project =
            new TestProject($"""<ImgpkgBundle Include="registry.local/{SignedStorage.Bundle}" />""").Reaching(source);
        string[] to = [$"-p:AirgapRegistry={destination.Host}/apps"];

        // The only rule, in a file that the project imports indirectly: without it, no signature would be required.
        File.WriteAllText(project["Directory.Build.props"], """<Project><Import Project="trust/rules.props" /></Project>""");
        Directory.CreateDirectory(project["trust"]);
        Rule("registry.local/**", "wrong");
        DotnetResult nothing = await project.RelocateAsync(to);
        Directory.CreateDirectory(project["registry.local/trust"]);
        File.WriteAllText(project["registry.local/trust/mirror"], "a file that the pattern fits");
        DotnetResult file = await project.RelocateAsync(to);
        File.WriteAllText(
            project["Directory.Build.targets"],
            """
            <Project><Target Name="More"><ItemGroup>
              <ImgpkgTrust Include="registry.other/**" Key="x" /></ItemGroup></Target></Project>
            """);
        Rule("$(Place)", "p256");
        DotnetResult lost = await project.RelocateAsync(to);
        File.WriteAllText(project["Directory.Build.targets"], "<Project />");

        foreach (DotnetResult refused in new[] { nothing, file })
        {
            Assert.AreEqual(1, refused.ExitCode, refused.Output);
            Assert.Contains("AIRGAP5002", refused.Output);
        }

        Assert.AreEqual(1, lost.ExitCode, lost.Output);
        Assert.Contains("AIRGAP5010", lost.Output);
        Assert.Contains("Directory.Build.targets(2,", lost.Output);
        Assert.IsEmpty(destination.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
        (await project.RelocateAsync(to)).Succeeded();
        Assert.AreEqual(3, project.ReadReport().GetProperty("items")[0].GetProperty("signatures").GetArrayLength());

        void Rule(string place, string key) => File.WriteAllText(project["trust/rules.props"], $"""
            <Project>
              <PropertyGroup><Place>registry.local/**</Place></PropertyGroup>
              <ItemGroup><ImgpkgTrust Include="{place}" Key="{SignedStorage.Key(key)}" /></ItemGroup>
            </Project>
            """);
    }

    /// <summary>An identity, a minimum age that a log proves, and the same rule for the archive on the far side.</summary>
    [TestMethod]
    public async Task AnIdentityAndAMinimumAge_HoldAtBothSidesOfTheGap()
    {
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject($"""
            <ImgpkgImage Include="registry.local:5055/trust/keyless:bundle-timestamp" />
            <ImgpkgTrust Include="registry.local:5055" SignerIdentity="builder@airgap.test" Issuer="https://issuer.airgap.test"
                         TrustedRoot="{Path.Combine(Fixtures.Root, "trust", "keyless", "private", "trusted_root.json")}" MinimumAge="$(Age)" />
            """).Reaching(source);
        string[] write = ["-p:AirgapArchive=out/a.tar", "-p:AirgapArtifacts=all"];
        string[] import = ["-p:AirgapSourceArchive=out/a.tar", $"-p:AirgapRegistry={destination.Host}/apps"];

        DotnetResult young = await project.RelocateAsync([.. write, "-p:Age=87600h"]);
        (await project.RelocateAsync([.. write, "-p:Age=1m"])).Succeeded();
        source.Clear();
        DotnetResult farYoung = await project.RelocateAsync([.. import, "-p:Age=87600h"]);
        bool touched = destination.Requests.Any(request => request.Method is not ("GET" or "HEAD"));
        (await project.RelocateAsync([.. import, "-p:Age=1m"])).Succeeded();

        foreach (DotnetResult refused in new[] { young, farYoung })
        {
            Assert.AreEqual(1, refused.ExitCode, refused.Output);
            Assert.Contains("error AIRGAP5002", refused.Output);
            Assert.Contains("has to be 87600 hours old", refused.Output);
        }

        Assert.IsFalse(touched);
        Assert.IsEmpty(source.Requests, "the far side asks the archive alone");
        JsonElement by = project.ReadReport().GetProperty("items")[0].GetProperty("signatures")[0].GetProperty("signedBy")[0];
        Assert.AreEqual("builder@airgap.test", by.GetProperty("name").GetString());
        Assert.IsTrue(by.TryGetProperty("time", out _));
    }

    /// <summary>A policy of the containers tools, with cosign's tags: it applies alike to the network and to an archive.</summary>
    [TestMethod]
    public async Task APolicy_HoldsAtBothSidesOfTheGap()
    {
        using TempFolder folder = new();
        SignedStorage.Unpack(folder["storage"]);
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = folder["storage"] });
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project =
            new TestProject("""<ImgpkgImage Include="registry.local:5055/trust/ok:p256" />""").Reaching(source);
        File.Copy(SignedStorage.Key("p256"), project["vendor.pub"]);
        Policy("good.json", "registry.local:5055/trust/ok");
        Policy("none.json", "elsewhere.example");
        string[] write = ["-p:AirgapArchive=out/a.tar", "-p:AirgapArtifacts=all"];
        string[] import = ["-p:AirgapSourceArchive=out/a.tar", $"-p:AirgapRegistry={destination.Host}/apps"];

        DotnetResult refused = await project.RelocateAsync([.. write, "-p:AirgapPolicy=none.json"]);
        bool written = File.Exists(project["out/a.tar"]);
        (await project.RelocateAsync([.. write, "-p:AirgapPolicy=good.json"])).Succeeded();
        source.Clear();
        DotnetResult farRefused = await project.RelocateAsync([.. import, "-p:AirgapPolicy=none.json"]);
        DotnetResult unset = await project.RelocateAsync([.. import, "-p:AirgapPolicy="]);
        bool touched = destination.Requests.Any(request => request.Method is not ("GET" or "HEAD"));
        (await project.RelocateAsync([.. import, "-p:AirgapPolicy=good.json"])).Succeeded();

        foreach (DotnetResult one in new[] { refused, farRefused })
        {
            Assert.AreEqual(1, one.ExitCode, one.Output);
            Assert.Contains("error AIRGAP5009", one.Output);
        }

        Assert.AreEqual(1, unset.ExitCode, unset.Output);
        Assert.Contains("error AIRGAP2022", unset.Output);
        Assert.IsFalse(written);
        Assert.IsFalse(touched);
        Assert.IsEmpty(source.Requests, "the far side asks the archive alone");
        Assert.AreEqual(1, project.ReadReport().GetProperty("items")[0].GetProperty("signatures").GetArrayLength());

        // Its key is in the project's folder.
        void Policy(string file, string scope) => File.WriteAllText(project[file],
            "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\"" + scope + "\":[{\"type\":\"sigstoreSigned\"," +
            "\"keyPath\":\"vendor.pub\",\"signedIdentity\":{\"type\":\"exactRepository\"," +
            "\"dockerRepository\":\"registry.local:5055/trust/ok\"}}]}}}");
    }

    /// <summary>A trust policy of Notation: referrers listed by the registry, or by an index under a tag, and then the archive.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task APolicyOfNotation_HoldsAtBothSidesOfTheGap(bool hasApi)
    {
        using TempFolder folder = new();
        SignedStorage.Unpack(folder["storage"]);
        string notation = Path.Combine(Fixtures.Root, "trust", "notation");
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = folder["storage"] });
        source.OnRequest = (request, _) => !hasApi && request.Kind == RequestKind.ReferrersGet ? Fault.Status(404) : null;
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(
            """<ImgpkgImage Include="registry.local:5055/trust/notation:$(Tag)" />""",
            "<TargetFramework>net10.0</TargetFramework>"
            + $"<AirgapPolicy>{notation}/policies/strict.json</AirgapPolicy><AirgapTrustStore>{notation}/truststore</AirgapTrustStore>")
            .Reaching(source);
        string[] import = ["-p:Tag=p256-jws", $"-p:AirgapRegistry={destination.Host}/apps"];

        DotnetResult refused = await project.RelocateAsync("-p:Tag=tampered", "-p:AirgapArchive=out/bad.tar");
        (await project.RelocateAsync("-p:Tag=p256-jws", "-p:AirgapArchive=out/a.tar", "-p:AirgapArtifacts=all")).Succeeded();
        (await project.RelocateAsync("-p:Tag=p256-jws", "-p:AirgapArchive=out/bare.tar", "-p:AirgapArtifacts=none")).Succeeded();
        source.Clear();
        DotnetResult bare = await project.RelocateAsync([.. import, "-p:AirgapSourceArchive=out/bare.tar"]);
        bool touched = destination.Requests.Any(request => request.Method is not ("GET" or "HEAD"));
        (await project.RelocateAsync([.. import, "-p:AirgapSourceArchive=out/a.tar"])).Succeeded();

        Assert.Contains("error AIRGAP5002", refused.Output);
        Assert.IsFalse(File.Exists(project["out/bad.tar"]));
        Assert.AreEqual(1, bare.ExitCode, bare.Output);
        Assert.Contains("error AIRGAP5001", bare.Output);
        Assert.IsFalse(touched);
        Assert.IsEmpty(source.Requests);
        JsonElement by = project.ReadReport().GetProperty("items")[0].GetProperty("signatures")[0].GetProperty("signedBy")[0];
        Assert.AreEqual("notation", by.GetProperty("form").GetString());
        Assert.Contains("Revocation", by.GetProperty("skipped").GetString()!);
    }

    /// <summary>A file-based app gets rules from the files around it, and they apply as in any project.</summary>
    [TestMethod]
    public async Task AFileBasedApp_HasItsRules_AlsoThoseThatAreWrittenAsPatterns()
    {
        using TempFolder folder = new();
        SignedStorage.Unpack(folder["storage"]);
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = folder["storage"] });
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject("").Reaching(source);
        File.Delete(project.ProjectFile);
        File.Delete(project["Thing.cs"]);
        File.WriteAllText(project["app.cs"],
            "#:package Airgap.Build@*-*\n#:property PublishAot=false\n#:property Place=registry.local/**\nSystem.Console.WriteLine(1);\n");
        string[] publish = ["app.cs", $"-p:AirgapRegistry={destination.Host}/apps"];

        Rule("wrong");
        DotnetResult refused = await project.PublishAsync(publish);
        bool touched = destination.Requests.Any(request => request.Method is not ("GET" or "HEAD"));
        Rule("p256");
        DotnetResult good = (await project.PublishAsync(publish)).Succeeded();

        Assert.AreEqual(1, refused.ExitCode, refused.Output);
        Assert.Contains("AIRGAP5002", refused.Output);
        Assert.IsFalse(touched);
        JsonElement report = JsonDocument.Parse(File.ReadAllBytes(project["artifacts/app.airgap/relocation.json"])).RootElement;
        Assert.AreEqual(3, report.GetProperty("items")[0].GetProperty("signatures").GetArrayLength(), good.Output);

        void Rule(string key) => File.WriteAllText(project["Directory.Build.targets"], $"""
            <Project>
              <ItemGroup>
                <ImgpkgBundle Include="registry.local/{SignedStorage.Bundle}" />
                <ImgpkgTrust Include="$(Place)" Key="{SignedStorage.Key(key)}" />
              </ItemGroup>
            </Project>
            """);
    }
}
