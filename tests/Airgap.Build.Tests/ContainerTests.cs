using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A project that is also published as a container: one publish does both, and neither affects the other.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ContainerTests
{
    private const string Properties =
        "<TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><UseAppHost>false</UseAppHost><EnableSdkContainerSupport>true</EnableSdkContainerSupport><ContainerRepository>team/app</ContainerRepository><ContainerImageTag>1.0</ContainerImageTag>";

    [TestMethod]
    public async Task AnArchiveOfTheContainerAndTheRelocatedBundleComeOfOnePublish()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = Create(source, source);
        await PushBaseAsync(source, "amd64");

        DotnetResult result = (await project.PublishAsync(
            "-t:PublishContainer", "-p:ContainerArchiveOutputPath=out/app.tar", $"-p:ContainerBaseImage={source.Host}/base/dotnet:10.0",
            $"-p:AirgapRegistry={source.Host}/apps")).Succeeded();

        Assert.ContainsSingle(result.Lines("(1 bundle: 1 "), result.Output);
        Assert.IsTrue(File.Exists(project.Manifest));
        using RegistryContent content = RegistryContent.At(source.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        string[] files = [.. FilesOf(project["out/app.tar"])];
        Assert.Contains("app/App.dll", files);
        Assert.IsEmpty(files.Where(file => file.Contains("airgap", StringComparison.OrdinalIgnoreCase)),
            "What is relocated is not a part of the application.");
    }

    [TestMethod]
    public async Task AContainerOfTwoPlatformsIsPushedAndTheBundleRelocatedOnce()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(
            source, destination,
            "<DisableTransitiveFrameworkReferenceDownloads>true</DisableTransitiveFrameworkReferenceDownloads><EnableRuntimePackDownload>false</EnableRuntimePackDownload><EnableAppHostPackDownload>false</EnableAppHostPackDownload><RuntimeIdentifiers>linux-x64;linux-arm64</RuntimeIdentifiers><ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>");
        await PushBaseAsync(destination, "amd64", "arm64");

        DotnetResult result = (await project.PublishAsync(
            "-t:PublishContainer", $"-p:ContainerRegistry={destination.Host}", $"-p:ContainerBaseImage={destination.Host}/base/dotnet:10.0",
            $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        Assert.ContainsSingle(result.Lines("(1 bundle: "), result.Output);
        Assert.AreSequenceEqual(
            new[] { project.Manifest }, Directory.GetFiles(project.Folder, "*.packagerepository.yml", SearchOption.AllDirectories));
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("team/app", "1.0");
    }

    private static TestProject Create(RegistryFixture source, RegistryFixture registry, string properties = "")
    {
        TestProject project = new TestProject(TestProject.SimpleBundle, Properties + properties).Reaching(source);
        project.Environment["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = registry.Host;
        File.WriteAllText(project["Thing.cs"], "namespace App;\n\npublic static class Thing { public static void Main() { } }\n");
        return project;
    }

    // The SDK accepts any base image of the platform; Microsoft's own are not needed.
    internal static async Task PushBaseAsync(RegistryFixture registry, params string[] architectures)
    {
        using RegistryWriter writer = new(registry.Address);
        using MemoryStream tar = new();
        using (GZipStream gzip = new(tar, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(new byte[1024]);
        Pushed layer = await writer.PushBlobAsync("base/dotnet", tar.ToArray(), RegistryWriter.OciLayer + "+gzip");
        List<string> images = [];
        foreach (string architecture in architectures)
        {
            string text =
                $$$"""{"architecture":"{{{architecture}}}","os":"linux","config":{"Env":["PATH=/usr/bin"]},"rootfs":{"type":"layers","diff_ids":["{{{layer.Digest}}}"]},"history":[{"created_by":"the test"}]}""";
            Pushed config = await writer.PushBlobAsync("base/dotnet", Encoding.UTF8.GetBytes(text));
            string manifest =
                $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciManifest}}","config":{{(config with { MediaType = RegistryWriter.OciConfig }).Json}},"layers":[{{layer.Json}}]}""";
            Pushed image = await writer.PushManifestAsync("base/dotnet", null, manifest);
            images.Add(image.Json.Replace(
                "}", $$$""","platform":{"architecture":"{{{architecture}}}","os":"linux"}}""", StringComparison.Ordinal));
        }

        string index = $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciIndex}}","manifests":[{{string.Join(',', images)}}]}""";
        await writer.PushManifestAsync("base/dotnet", "10.0", index, RegistryWriter.OciIndex);
    }

    private static IEnumerable<string> FilesOf(string archive)
    {
        using TarReader tar = new(new MemoryStream(File.ReadAllBytes(archive)));
        while (tar.GetNextEntry() is { } entry)
        {
            // Only layers are compressed.
            if (entry.DataStream is not { Length: > 2 } data || data.ReadByte() != 0x1F || data.ReadByte() != 0x8B)
                continue;
            data.Position = 0;
            using GZipStream layer = new(data, CompressionMode.Decompress, leaveOpen: true);
            using TarReader files = new(layer);
            while (files.GetNextEntry() is { } file)
                yield return file.Name.TrimStart('.', '/');
        }
    }
}
