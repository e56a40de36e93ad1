using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A small project in its own folder that references the packed package.</summary>
internal sealed class TestProject : IDisposable
{
    /// <summary>The bundle that most projects here declare.</summary>
    public const string SimpleBundle =
        """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="simple-package-repository" />""";

    /// <summary>The digest of that bundle, from imgpkg's own lock output.</summary>
    public static readonly string SimpleDigest = File.ReadLines(Fixtures.Golden("simple-app-bundle.bundle-lock.yml"))
        .Single(line => line.Contains("image:", StringComparison.Ordinal)).Split('@')[1].Trim();

    private readonly TempFolder _folder = new();

    /// <summary>Makes the project.</summary>
    /// <param name="items">XML of its items.</param>
    /// <param name="properties">XML of its properties besides the usual ones.</param>
    /// <param name="sdk">Its SDK.</param>
    public TestProject(string items, string properties = "<TargetFramework>net10.0</TargetFramework>", string sdk = "Microsoft.NET.Sdk")
    {
        File.WriteAllText(this["Directory.Build.props"], "<Project />");
        File.WriteAllText(this["Directory.Build.targets"], "<Project />");
        File.WriteAllText(this["Directory.Packages.props"], "<Project />");
        File.WriteAllText(ProjectFile, $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                {properties}
                <UseSharedCompilation>false</UseSharedCompilation>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Airgap.Build" Version="*-*" PrivateAssets="all" />
                {items}
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(this["Thing.cs"], "namespace App;\n\npublic static class Thing;\n");
    }

    /// <summary>Variables that every run gets.</summary>
    public Dictionary<string, string?> Environment { get; } = new()
    {
        ["NUGET_PACKAGES"] = PackedPackage.PackageFolder,
        // A search for credentials must not find those of this machine.
        ["HOME"] = PackedPackage.PackageFolder,
        ["DOCKER_CONFIG"] = PackedPackage.PackageFolder,
        ["DOTNET_CLI_HOME"] = PackedPackage.PackageFolder,
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
    };

    /// <summary>The project's folder.</summary>
    public string Folder => _folder.Path;

    /// <summary>The project file.</summary>
    public string ProjectFile => this["App.csproj"];

    /// <summary>The folder of the artifacts of a publish.</summary>
    public string Artifacts => this["bin/Release/net10.0/airgap"];

    /// <summary>The manifest of <see cref="SimpleBundle"/>.</summary>
    public string Manifest => Path.Combine(Artifacts, "manifests", "simple-package-repository.packagerepository.yml");

    /// <summary>The report of the last publish.</summary>
    public string Report => Path.Combine(Artifacts, "relocation.json");

    /// <summary>A path inside the project's folder.</summary>
    public string this[string path] => _folder[path];

    /// <summary>Directs every http host to a registry, because <c>registry.local</c> of the fixtures does not exist.</summary>
    public TestProject Reaching(RegistryFixture registry)
    {
        Environment["HTTP_PROXY"] = registry.Address.ToString();
        Environment["NO_PROXY"] = "127.0.0.1";
        return this;
    }

    /// <summary>Runs <c>dotnet COMMAND</c> in the project's folder, with packages only from the local feed.</summary>
    public Task<DotnetResult> RunAsync(string command, params string[] arguments) =>
        WarmBuilds.RunAsync(Folder, [command, $"-p:RestoreSources={PackedPackage.Feed}", .. arguments], Environment);

    /// <summary>Restores the project, for commands that do not.</summary>
    public Task RestoreAsync() => WarmBuilds.RestoreAsync(Folder, [$"-p:RestoreSources={PackedPackage.Feed}"], Environment);

    /// <summary>
    /// Runs <c>dotnet publish</c>. It names the default configuration: to determine it, the command would evaluate the project in
    /// its own process, which takes a second. The samples' tests leave the configuration out.
    /// </summary>
    public Task<DotnetResult> PublishAsync(params string[] arguments) => RunAsync("publish", ["-c", "Release", .. arguments]);

    /// <summary>Runs only the target, in Release as a publish would: faster, because nothing is compiled.</summary>
    public Task<DotnetResult> RelocateAsync(params string[] arguments) =>
        RunAsync("build", ["-t:PublishImgpkgBundles", "-c", "Release", .. arguments]);

    /// <summary>Reads the report.</summary>
    public JsonElement ReadReport() => JsonDocument.Parse(File.ReadAllBytes(Report)).RootElement;

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
