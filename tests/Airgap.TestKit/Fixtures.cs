namespace Airgap.TestKit;

/// <summary>The committed fixtures: a real registry's storage, and imgpkg's output for it (fixtures/README.md).</summary>
public static class Fixtures
{
    /// <summary>The host that every reference in the fixtures names.</summary>
    public const string Registry = "registry.local:5055";

    /// <summary>The repository's root folder.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The folder of fixtures. Read only: copy what a test changes.</summary>
    public static string Root { get; } = Path.Combine(RepositoryRoot, "tests", "Airgap.TestKit", "fixtures");

    /// <summary>A file or folder below <c>golden/</c>.</summary>
    public static string Golden(string name) => Path.Combine(Root, "golden", name);

    /// <summary>Fails the test unless a file has the bytes of a golden one.</summary>
    public static async Task AssertGoldenAsync(string name, string path) =>
        Assert.AreSequenceEqual(await File.ReadAllBytesAsync(Golden(name)), await File.ReadAllBytesAsync(path));

    /// <summary>A folder below <c>input/</c>.</summary>
    public static string Input(string name) => Path.Combine(Root, "input", name);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Airgap.Build.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"Airgap.Build.sln was not found above {AppContext.BaseDirectory}.");
    }
}
