using System.Diagnostics;
using System.IO.Compression;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.Build.Logging.StructuredLogger;
using Task = System.Threading.Tasks.Task;

namespace Airgap.Build.Tests;

/// <summary>
/// After any unexpected exception, in any layer, the build ends with a code of ours, and never with MSB4018 and a stack trace.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class DefectTests
{
    private const string Lock = "<AirgapUpdateLock>true</AirgapUpdateLock>";
    private const string Archive = "<AirgapArchive>out/bundle.tar</AirgapArchive>";

    private static readonly Layer[] s_layers =
    [
        new("Build", "Airgap.Build.ItemReader", "Read"),
        new("Publishing", "Airgap.Publishing.Declarations.ProjectText", "Read"),
        new("Build", "Airgap.Build.OutputItems", "Items"),
        new("Build", "Airgap.Build.BuildLog", "Message"),
        new("Build", "Airgap.Build.BuildLog", "Trace"),
        new("Build", "Airgap.Build.BuildLog", "Warning") { Metadata = "Repositry=\"x\"" },
        new("Build", "Airgap.Build.BuildLog", "Error") { Metadata = "Namespace=\"Not One\"" },
        new("Build", "Airgap.Build.BuildObserver", "BlobFinished"),
        new("Build", "Airgap.Build.BuildObserver", "ItemFinished"),
        new("Oci", "Airgap.Oci.Credentials.CredentialSources", "CreateDefault"),
        new("Oci", "Airgap.Oci.Credentials.Docker.DockerConfigSource", "FindAsync") { IsPrivate = true },
        new("Oci", "Airgap.Oci.Credentials.Helpers.CredentialHelper", "GetAsync") { IsPrivate = true },
        new("Oci", "Airgap.Oci.Client.RegistryClient", "GetRepository"),
        new("Oci", "Airgap.Oci.Requests.Transport", "SendOnceAsync"),
        new("Oci", "Airgap.Oci.Requests.ResumingBlobStream", "ReadAsync") { Properties = Archive },
        new("Oci", "Airgap.Oci.Uploads.BlobUpload", "RunAsync"),
        new("Publishing", "Airgap.Publishing.Declarations.PublishProperties", "Read"),
        new("Transfer", "Airgap.Transfer.Planning.RegistryPlanner", "PlanBundleAsync"),
        new("Transfer", "Airgap.Transfer.Transfers.TransferEngine", "RunAsync"),
        new("Transfer", "Airgap.Transfer.Transfers.PartialArchive", "WriteAsync") { Properties = Archive },
        new("Transfer", "Airgap.Transfer.Transfers.PartialArchive", "CompleteAsync") { Properties = Archive },
        new("Transfer", "Airgap.Transfer.Archives.ArchiveReader", "OpenAsync")
        {
            Properties = "<AirgapSourceArchive>../bundle.tar</AirgapSourceArchive>"
        },
        new("Publishing", "Airgap.Publishing.Locking.ProjectLockReader", "Read")
        {
            Properties = "<AirgapLockFile>../Directory.Build.props</AirgapLockFile>"
        },
        new("Publishing", "Airgap.Publishing.Locking.ProjectLock", "ToJson") { Properties = Lock },
        new("Publishing", "Airgap.Publishing.Forecasts.PlanWriter", "ToJson") { Properties = "<AirgapDryRun>true</AirgapDryRun>" },
        new("Transfer", "Airgap.Transfer.Kubernetes.PackageRepositoryWriter", "Create"),
        new("Transfer", "Airgap.Transfer.Files.AtomicFile", "WriteAsync"),
        new("Publishing", "Airgap.Publishing.Artifacts.KustomizationWriter", "WriteAsync"),
        new("Publishing", "Airgap.Publishing.Reporting.RelocationReportWriter", "Create"),
        new("Publishing", "Airgap.Publishing.Reporting.Html.HtmlReport", "Write"),
        new("Publishing", "Airgap.Publishing.Reporting.Markdown.MarkdownSummary", "Write")
        {
            Properties = "<AirgapSummary>summary.md</AirgapSummary>"
        },
        new("Publishing", "Airgap.Publishing.Artifacts.PublishedFileList", "Save"),
        new("Transfer", "Airgap.Transfer.Producing.BundleProducer", "ProduceAsync")
        {
            Items = "<ImgpkgBundleContent Include=\"*.csproj\" />"
        },
    ];

    [TestMethod]
    public async Task ADefectInAnyLayerIsOneErrorOfOurs()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture open = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture closed =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { BasicAuth = ("robot", "s3cret") });
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        Prepare(project, open, closed);
        (await project.RunAsync("restore", project.ProjectFile)).Succeeded();
        File.Delete(project.ProjectFile);

        DotnetResult result = await Dotnet.RunAsync(
            project.Folder, ["msbuild", "all.proj", "-tl:off", "-v:normal", "-bl:log.binlog"], project.Environment);

        Assert.DoesNotContain("MSB4018", result.Output);
        Assert.DoesNotContain("MSB4181", result.Output);
        Assert.DoesNotContain("   at ", result.Output);
        Microsoft.Build.Logging.StructuredLogger.Build build = BinaryLog.ReadBuild(project["log.binlog"]);
        ILookup<string?, Error> errors =
            build.FindChildrenRecursive<Error>().ToLookup(error => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(error.File)));
        string stacks = string.Join(
            '\n', build.FindChildrenRecursive<Message>(message => message.Text.Contains("   at ", StringComparison.Ordinal))
            .Select(message => message.Text));
        foreach (Layer layer in s_layers)
        {
            Error error = Assert.ContainsSingle(errors[layer.Name], $"{layer.Name}\n{result.Output}");
            Assert.AreEqual("AIRGAP3999", error.Code, layer.Name);
            Assert.Contains(nameof(NullReferenceException), error.Text);
            // If the log itself is broken there is no stack trace; otherwise it names the layer, for the developers.
            if (layer.Type != "Airgap.Build.BuildLog")
                Assert.Contains($"   at {layer.Type}.{layer.Method}(", stacks);
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task ADefectInWhatACancelledRunPutsAwayIsOneOfOurs()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        TaskCompletionSource underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource never = new();
        source.OnRequest = (request, _) =>
        {
            if (request is not { Kind: RequestKind.BlobGet, Repository: "apps/frontend" })
                return null;
            underWay.TrySetResult();
            return Fault.Delay(never.Task);
        };
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        ZipFile.ExtractToDirectory(PackedPackage.Path, project["package"]);
        BrokenAssembly.Break(project["package/tasks/net10.0/Airgap.Publishing.dll"],
            "Airgap.Publishing.Artifacts.PublishedFileList", "Save");
        await project.RestoreAsync();

        using Process process = Dotnet.Start(
            project.Folder,
            ["msbuild", "-t:PublishImgpkgBundles", "-nologo", "-v:normal", "-p:AirgapArchive=out/bundle.tar",
                $"-p:_AirgapTaskAssembly={project["package/tasks/net10.0/Airgap.Build.dll"]}"],
            project.Environment);
        System.Threading.Tasks.Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task ended = process.WaitForExitAsync();
        Assert.AreSame(underWay.Task, await Task.WhenAny(underWay.Task, ended), "The build ended before anything moved.");
        (await Cli.RunAsync("kill", ["-INT", process.Id.ToString()])).EnsureSuccess();
        await ended;

        Assert.Contains("App.csproj : error AIRGAP3999: ", await output);
        Assert.DoesNotContain("MSB4", await output);
        Assert.DoesNotContain("   at ", await output);
    }

    private static void Prepare(TestProject project, RegistryFixture open, RegistryFixture closed)
    {
        Directory.CreateDirectory(project["docker"]);
        File.WriteAllText(project["docker/config.json"], $$"""{"credHelpers":{"{{closed.Host}}":"of-the-test"} }""");
        project.Environment["DOCKER_CONFIG"] = project["docker"];
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), project["bundle.tar"]);
        ZipFile.ExtractToDirectory(PackedPackage.Path, project["package"]);
        foreach (Layer layer in s_layers)
            Prepare(project, layer.IsPrivate ? closed : open, layer);
        // All projects are restored together.
        File.WriteAllText(project["Directory.Build.props"],
            "<Project><PropertyGroup><BaseIntermediateOutputPath>$(MSBuildThisFileDirectory)obj/</BaseIntermediateOutputPath></PropertyGroup></Project>");
        File.WriteAllText(project["all.proj"], """
            <Project>
              <ItemGroup>
                <All Include="*/App.csproj" />
              </ItemGroup>
              <Target Name="Relocate">
                <MSBuild Projects="@(All)" Targets="PublishImgpkgBundles" ContinueOnError="ErrorAndContinue" />
              </Target>
            </Project>
            """);
    }

    private static void Prepare(TestProject project, RegistryFixture destination, Layer layer)
    {
        string folder = Directory.CreateDirectory(project[layer.Name]).FullName;
        string tasks = System.IO.Path.Combine(folder, "tasks");
        TempFolder.Copy(project["package/tasks/net10.0"], tasks);
        BrokenAssembly.Break(System.IO.Path.Combine(tasks, $"Airgap.{layer.Assembly}.dll"), layer.Type, layer.Method);
        string text = File.ReadAllText(project.ProjectFile)
            .Replace(
                "<UseShared",
                $"<_AirgapTaskAssembly>{tasks}/Airgap.Build.dll</_AirgapTaskAssembly><AirgapRegistry>{destination.Host}/{layer.Name.ToLowerInvariant()}</AirgapRegistry>{layer.Properties}<UseShared", StringComparison.Ordinal)
            .Replace("PackageRepository=", $"{layer.Metadata} PackageRepository=", StringComparison.Ordinal)
            .Replace("</ItemGroup>", $"{layer.Items}</ItemGroup>", StringComparison.Ordinal);
        File.WriteAllText(System.IO.Path.Combine(folder, "App.csproj"), text);
    }

    /// <summary>A broken method, and the settings with which a project calls it.</summary>
    private sealed record Layer(string Assembly, string Type, string Method)
    {
        public string Name => $"{Type.Split('.')[^1]}-{Method}";

        public bool IsPrivate { get; init; }

        public string Metadata { get; init; } = "";

        public string Properties { get; init; } = "";

        public string Items { get; init; } = "";
    }
}
