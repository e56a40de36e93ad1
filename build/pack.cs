// Packs everything into artifacts/packages:
//   dotnet run build/pack.cs                 the libraries, the task package and a framework-dependent tool, on any machine
//   dotnet run build/pack.cs -- --native     a native tool for this machine, with an `any` package for the others
// Without a C linker --native packs the framework-dependent tool, and says so.

using System.Diagnostics;
using System.Runtime.CompilerServices;

string root = Path.GetFullPath(Path.Combine(ScriptFolder(), ".."));
string packages = Path.Combine(root, "artifacts", "packages");
string tool = Path.Combine(root, "src", "Airgap.Tool");
string[] others = [.. new[] { "Airgap.Oci", "Airgap.Transfer", "Airgap.Build" }.Select(name => Path.Combine(root, "src", name))];

if (args.Except(["--native"]).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"pack: unknown argument '{unknown}'; there is only --native");
    return 1;
}

bool native = args.Contains("--native");
if (native && FindLinker() is null)
{
    Console.WriteLine("pack: no C linker (clang or gcc) on the PATH: packing the framework-dependent tool");
    native = false;
}

Directory.CreateDirectory(packages);
foreach (string old in Directory.GetFiles(packages, "*.*nupkg"))
    File.Delete(old);

bool done = others.All(project => Pack(project));
done = done && (native
    ? Pack(tool, "-p:AirgapNativeTool=true")
        && Pack(tool, "-p:AirgapNativeTool=true", "-r", HostRuntimeIdentifier())
        && Pack(tool, "-p:AirgapNativeTool=true", "-r", "any")
    : Pack(tool));
if (!done)
    return 1;

foreach (string package in Directory.GetFiles(packages, "*.*nupkg").Order(StringComparer.Ordinal))
    Console.WriteLine($"pack: {Path.GetRelativePath(root, package)} ({new FileInfo(package).Length / 1000} kB)");
return 0;

bool Pack(string project, params string[] more)
{
    ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
    {
        WorkingDirectory = root,
        ArgumentList = { "pack", project, "-c", "Release", "-o", packages, "-v", "quiet", "-nologo" },
    };
    foreach (string argument in more)
        start.ArgumentList.Add(argument);
    using Process process = Process.Start(start)!;
    process.WaitForExit();
    if (process.ExitCode != 0)
        Console.Error.WriteLine($"pack: dotnet {string.Join(' ', start.ArgumentList)} failed");
    return process.ExitCode == 0;
}

// The programs that the native compiler looks for; on Windows it finds Visual Studio's linker without the PATH.
static string? FindLinker() => OperatingSystem.IsWindows()
    ? "link"
    : (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, "clang"), Path.Combine(folder, "gcc") })
        .FirstOrDefault(File.Exists);

// The same rule as in src/Airgap.Tool/Packaging.targets.
static string HostRuntimeIdentifier()
{
    string system = OperatingSystem.IsWindows() ? "win"
        : OperatingSystem.IsMacOS() ? "osx"
        : System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl"
        : "linux";
    return $"{system}-{System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
}

static string ScriptFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
