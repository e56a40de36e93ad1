using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A project that makes a package repository, and another whose container is its image.</summary>
internal sealed class ImageSolution : IDisposable
{
    private readonly TempFolder _folder = new();

    private ImageSolution(RegistryFixture images) => Environment = new()
    {
        ["NUGET_PACKAGES"] = PackedPackage.PackageFolder,
        ["HOME"] = PackedPackage.PackageFolder,
        ["DOCKER_CONFIG"] = PackedPackage.PackageFolder,
        ["DOTNET_CLI_HOME"] = PackedPackage.PackageFolder,
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = images.Host,
    };

    /// <summary>The environment of the builds, besides that of the tests.</summary>
    public Dictionary<string, string?> Environment { get; }

    public string Folder => _folder.Path;

    public string ProjectFile => this["Repository/Repository.csproj"];

    public string Artifacts => this["Repository/bin/Release/net10.0/airgap"];

    public string this[string path] => _folder[path];

    /// <summary>Makes both projects.</summary>
    /// <param name="references">The first project's references to the second.</param>
    /// <param name="images">The registry with the base image of the second project.</param>
    /// <param name="properties">The second project's properties for the destination of its container.</param>
    public static async Task<ImageSolution> CreateAsync(string references, RegistryFixture images, string properties)
    {
        string baseImage = await BaseImage.PushAsync(images);
        images.Clear();
        ImageSolution solution = new(images);
        foreach (string file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
            File.WriteAllText(solution[file], "<Project />");
        solution.WriteProject("Web",
            $"<OutputType>Exe</OutputType><ContainerBaseImage>{baseImage}</ContainerBaseImage><ContainerRepository>team/web</ContainerRepository>{properties}");
        solution.WriteProject("Repository", "<Version>1.2.3</Version>",
            items: $"<ImgpkgBundleContent Include=\"packages\\**\" />\n{references}");
        return solution;
    }

    /// <summary>Writes a project.</summary>
    public void WriteProject(string name, string properties, bool withPackage = true, string items = "")
    {
        Directory.CreateDirectory(this[name]);
        if (properties.Contains("Exe", StringComparison.Ordinal))
            File.WriteAllText(this[$"{name}/Program.cs"], "System.Console.WriteLine(\"Hello\");");
        string package = withPackage ? """<PackageReference Include="Airgap.Build" Version="*-*" PrivateAssets="all" />""" : "";
        File.WriteAllText(this[$"{name}/{name}.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <UseAppHost>false</UseAppHost>
                <UseSharedCompilation>false</UseSharedCompilation>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {package}
                {items}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>Writes the definition of a package that names an image.</summary>
    public void WritePackage(string image, string version = "1.0.0")
    {
        Directory.CreateDirectory(this["Repository/packages"]);
        File.WriteAllText(this["Repository/packages/package.yml"], $"""
            apiVersion: data.packaging.carvel.dev/v1alpha1
            kind: Package
            metadata:
              name: web.corp.com.{version}
            spec:
              refName: web.corp.com
              version: {version}
              template:
                spec:
                  fetch:
                  - imgpkgBundle:
                      image: {image}
                  template:
                  - ytt: {"{}"}
                  deploy:
                  - kapp: {"{}"}
            """);
    }

    /// <summary>Publishes the first project.</summary>
    /// <param name="mode"><c>-graph</c>, <c>-isolate</c> (which means nothing without a graph), or empty.</param>
    /// <param name="arguments">More arguments.</param>
    public async Task<DotnetResult> PublishAsync(string mode, params string[] arguments)
    {
        // NuGet's restore does not support isolation.
        string[] sources = [$"-p:RestoreSources={PackedPackage.Feed}"];
        if (mode == "-isolate")
            await WarmBuilds.RestoreAsync(this["Repository"], sources, Environment);
        string[] modes = mode switch { "" => [], "-isolate" => ["-graph", mode, "--no-restore"], _ => [mode] };
        return await WarmBuilds.RunAsync(this["Repository"], ["publish", .. modes, .. sources, .. arguments], Environment);
    }

    /// <summary>Runs only the first project's target.</summary>
    public Task<DotnetResult> RelocateAsync(params string[] arguments) =>
        WarmBuilds.RunAsync(this["Repository"],
            ["build", "-t:PublishImgpkgBundles", "-c", "Release", $"-p:RestoreSources={PackedPackage.Feed}", .. arguments], Environment);

    /// <summary>The sources of the images in the report.</summary>
    public IReadOnlyList<string> Sources() => [.. Images().Select(image => image.GetProperty("source").GetString()!)];

    /// <summary>The digest of the only image that is not a bundle.</summary>
    public string Pinned() => Images().Single(image => !image.GetProperty("bundle").GetBoolean()).GetProperty("digest").GetString()!;

    private JsonElement[] Images()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Artifacts, "relocation.json")));
        return [.. report.RootElement.GetProperty("items").EnumerateArray().SelectMany(item => item.GetProperty("images").EnumerateArray())
            .Select(image => image.Clone())];
    }

    public void Dispose() => _folder.Dispose();
}
