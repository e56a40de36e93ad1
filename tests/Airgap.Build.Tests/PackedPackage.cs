using System.Reflection;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>The package as users get it, packed once for all tests, and a package folder for the tests.</summary>
[TestClass]
public static class PackedPackage
{
    private static readonly Lazy<Task<string>> s_toolFeed = new(PackToolAsync);

    private static TempFolder? s_folder;

    /// <summary>The local feed with the package.</summary>
    public static string Feed => Folder["feed"];

    /// <summary>The folder that packages are restored to.</summary>
    public static string PackageFolder => Folder["packages"];

    /// <summary>The package.</summary>
    public static string Path => Directory.GetFiles(Feed, "Airgap.Build.*.nupkg").Single();

    /// <summary>The folder with the props and targets of Microsoft.Build.NoTargets.</summary>
    public static string NoTargetsSdk => BuildValue("NoTargets");

    /// <summary>The folder that the tests' own build restored packages to.</summary>
    public static string RestoredPackages => BuildValue("RestoredPackages");

    /// <summary>The tool, to be run by <c>dotnet</c>.</summary>
    public static string Tool => BuildValue("Tool");

    /// <summary>The local feed with the tool's package, packed for the first test that needs it.</summary>
    public static Task<string> ToolFeedAsync() => s_toolFeed.Value;

    /// <summary>The server of the SDK's compiler, to be run by <c>dotnet</c>.</summary>
    public static string CompilerServer => BuildValue("CompilerServer");

    /// <summary>The configuration of the tests' own build.</summary>
    public static string Configuration => BuildValue("Configuration");

    private static TempFolder Folder => s_folder ?? throw new InvalidOperationException("The package is packed when the assembly starts.");

    [AssemblyInitialize]
    public static async Task Pack(TestContext context)
    {
        s_folder = new TempFolder();
        // The tests' build has already built it, so the package contains exactly that output.
        string project = System.IO.Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build");
        (await Dotnet.RunAsync(project, ["pack", "--no-build", "-c", Configuration, "-o", Feed, "-m:1"], new Dictionary<string, string?>()))
            .Succeeded();
    }

    [AssemblyCleanup]
    public static async Task Remove()
    {
        await WarmBuilds.EndAllAsync();
        s_folder?.Dispose();
    }

    private static async Task<string> PackToolAsync()
    {
        string feed = Folder["tool"];
        await ToolPack.RunAsync(Configuration, feed, Dotnet.Variables(new Dictionary<string, string?>()));
        return feed;
    }

    private static string BuildValue(string name) =>
        typeof(PackedPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == name).Value!;
}
