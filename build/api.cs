// Writes the public API of the libraries to the PublicAPI.Unshipped.txt beside each:
//   dotnet run build/api.cs
// The build fails (RS0016, RS0017) while these files and the code differ.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

const string Header = "#nullable enable";

string source = Path.GetFullPath(Path.Combine(ScriptFolder(), "..", "src"));
// The second references the first, so that one build makes both.
string[] libraries = ["Airgap.Oci", "Airgap.Transfer"];
Dictionary<string, string> before = libraries.ToDictionary(FileOf, library => File.ReadAllText(FileOf(library)));
string logs = Directory.CreateTempSubdirectory("airgap-api").FullName;
try
{
    // The compiler names only undeclared members, so temporarily no member is declared.
    foreach (string file in before.Keys)
        Write(file, []);
    if (!Build())
    {
        foreach ((string file, string text) in before)
            File.WriteAllText(file, text);
        return 1;
    }

    foreach (string library in libraries)
    {
        string[] names = [.. Names(Path.Combine(logs, $"{library}.sarif")).Distinct().Order(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            foreach ((string file, string text) in before)
                File.WriteAllText(file, text);
            Console.Error.WriteLine(
                "api: the compiler named no public member of " +
                $"{library}: are analyzers turned off (RunAnalyzers)? The files are as they were.");
            return 1;
        }

        Write(FileOf(library), names);
        HashSet<string> old = [.. before[FileOf(library)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line != Header)];
        Console.WriteLine(
            $"api: {library}: {names.Length} lines, {names.Count(name => !old.Contains(name))} of them new, " +
            $"{old.Count(name => !names.Contains(name))} gone");
    }

    return 0;
}
finally
{
    Directory.Delete(logs, recursive: true);
}

string FileOf(string library) => Path.Combine(source, library, "PublicAPI.Unshipped.txt");

static void Write(string file, IEnumerable<string> names) => File.WriteAllText(file, string.Join('\n', [Header, .. names]) + "\n");

bool Build()
{
    ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
    {
        RedirectStandardOutput = true,
        ArgumentList = { "build", Path.Combine(source, libraries[^1]), $"-p:PublicApiLogs={logs}", "-v", "quiet", "-nologo" },
    };
    using Process process = Process.Start(start)!;
    string output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    // Each undeclared name is a warning, which is not shown.
    foreach (string line in output.Split('\n')
        .Where(line => process.ExitCode != 0 && line.Contains("error", StringComparison.OrdinalIgnoreCase)).Distinct())
        Console.Error.WriteLine(line);
    return process.ExitCode == 0;
}

// RS0016 names public members that are not declared, RS0017 those of a release that no longer exist.
static IEnumerable<string> Names(string log)
{
    using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(log));
    foreach (JsonElement result in document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray())
    {
        if (result.GetProperty("ruleId").GetString() == "RS0016")
            yield return result.GetProperty("properties").GetProperty("customProperties").GetProperty("APIName").GetString()!;
        else if (result.GetProperty("ruleId").GetString() == "RS0017")
            yield return "*REMOVED*" + result.GetProperty("properties").GetProperty("customProperties").GetProperty("APIName").GetString()!;
    }
}

static string ScriptFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
