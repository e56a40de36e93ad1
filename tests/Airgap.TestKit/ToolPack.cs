namespace Airgap.TestKit;

/// <summary>Packs the tool from the output of the tests' build.</summary>
public static class ToolPack
{
    /// <summary>Runs <c>dotnet pack</c>, one at a time in all test processes, because packs share the build's folder.</summary>
    /// <param name="configuration">The configuration of the tests' own build.</param>
    /// <param name="folder">Receives the package.</param>
    /// <param name="environment">Variables besides those of this process; null removes one.</param>
    public static async Task RunAsync(string configuration, string folder, IReadOnlyDictionary<string, string?> environment)
    {
        string project = Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Tool");
        await using FileStream taken = await TakeAsync(Path.Combine(project, "obj", "tests.lock"));
        (await Cli.RunAsync(
            "dotnet",
            ["pack", project, "--no-build", "-c", configuration, "-o", folder, "-v", "quiet", "-nologo", "-nodeReuse:false", "-m:1"],
            environment,
            timeout: TimeSpan.FromMinutes(4))).EnsureSuccess();
    }

    private static async Task<FileStream> TakeAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }
}
