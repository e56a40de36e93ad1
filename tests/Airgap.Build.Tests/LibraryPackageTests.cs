using System.IO.Compression;
using System.Xml.Linq;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>The packages as they are built, and the libraries as used by a program.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class LibraryPackageTests
{
    private static readonly string[] s_projects = ["Airgap.Build", "Airgap.Oci", "Airgap.Transfer"];
    private static readonly TempFolder s_packed = new();
    private static readonly Lazy<Task<string>> s_first = new(() => PackAllAsync(s_packed["first"]));

    [ClassCleanup]
    public static void Remove() => s_packed.Dispose();

    [TestMethod]
    public async Task TwoPacksAreTheSameToTheByte_AndHoldWhatAPackageShould()
    {
        // Runs one after the other, because they share the build's folders.
        string first = await s_first.Value;
        string second = await PackAllAsync(s_packed["second"]);

        string[] names = [.. Directory.GetFiles(first).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        Assert.HasCount(5, names, string.Join(' ', names));
        foreach (string name in names)
            CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(first, name)), File.ReadAllBytes(Path.Combine(second, name)), name);
        foreach (string name in names.Where(name => name.EndsWith(".nupkg", StringComparison.Ordinal)))
            AssertComplete(Path.Combine(first, name));
        foreach (string name in names.Where(name => name.EndsWith(".snupkg", StringComparison.Ordinal)))
        {
            using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(first, name));
            Assert.Contains(entry => entry.FullName.EndsWith(".pdb", StringComparison.Ordinal), symbols.Entries, name);
        }
    }

    [TestMethod]
    public async Task TheExamplesOfTheReadmesRunAgainstThePackages()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string feed = await s_first.Value;

        string read = await RunExampleAsync(folder, feed, "Airgap.Oci", registry, "registry.local:5055/user1/simple-app-bundle:v1.0.0");
        string relocated = await RunExampleAsync(
            folder, feed, "Airgap.Transfer", registry, "registry.local:5055/user1/simple-app-bundle:v1.0.0",
            $"{registry.Host}/apps/simple-app-bundle");

        Assert.StartsWith($"registry.local:5055/user1/simple-app-bundle@{TestProject.SimpleDigest}", read);
        Assert.Contains(" bytes", read);
        Assert.StartsWith($"{registry.Host}/apps/simple-app-bundle@{TestProject.SimpleDigest}", relocated);
        using RegistryContent content = RegistryContent.At(registry.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
    }

    private static async Task<string> PackAllAsync(string feed)
    {
        foreach (string project in s_projects)
        {
            (await WarmBuilds.RunAsync(
                Path.Combine(Fixtures.RepositoryRoot, "src", project),
                ["pack", "--no-build", "-c", PackedPackage.Configuration, "-o", feed, "-v", "quiet"],
                new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = "1700000000" })).Succeeded();
        }

        return feed;
    }

    private static void AssertComplete(string path)
    {
        using ZipArchive package = ZipFile.OpenRead(path);
        Assert.Contains(entry => entry.FullName == "icon.png", package.Entries, path);
        Assert.Contains(entry => entry.FullName == "README.md", package.Entries, path);
        using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().First();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.AreEqual("Apache-2.0", Value("license"), path);
        Assert.AreEqual("icon.png", Value("icon"), path);
        Assert.AreEqual("README.md", Value("readme"), path);
        AssertReleaseNotes(Value("releaseNotes"), path);
    }

    /// <summary>The release notes of a package are those in the CHANGELOG.</summary>
    internal static void AssertReleaseNotes(string? notes, string path) => Assert.AreEqual(
        Lines(File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "src", "CHANGELOG.md"))), Lines(notes ?? ""), path);

    private static string Lines(string text) => text.ReplaceLineEndings("\n").Trim();

    // The dependencies come from the folder that the tests' own build restored.
    private static async Task<string> RunExampleAsync(
        TempFolder folder, string feed, string package, RegistryFixture registry, params string[] arguments)
    {
        string readme = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "src", package, "README.md"));
        string code = readme.Split("```csharp\n")[1].Split("```")[0];
        string project = Directory.CreateDirectory(folder[package]).FullName;
        foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            File.WriteAllText(Path.Combine(project, name), "<Project />");
        File.WriteAllText(Path.Combine(project, "Program.cs"), code);
        File.WriteAllText(Path.Combine(project, "Example.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
                <UseSharedCompilation>false</UseSharedCompilation>
                <RestoreSources>{feed}</RestoreSources>
                <RestoreFallbackFolders>{PackedPackage.RestoredPackages}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);
        Dictionary<string, string?> environment = new()
        {
            ["NUGET_PACKAGES"] = folder["packages"],
            ["DOCKER_CONFIG"] = folder.Path,
            ["HTTP_PROXY"] = registry.Address.ToString(),
            ["NO_PROXY"] = "127.0.0.1",
        };
        (await WarmBuilds.RunAsync(project, ["build"], environment)).Succeeded();
        DotnetResult result =
            (await Dotnet.RunAsync(project, ["exec", "bin/Debug/net10.0/Example.dll", .. arguments], environment)).Succeeded();
        return result.Output;
    }
}
