using System.Diagnostics;
using System.Text.Json;
using System.Xml;
using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;

namespace Airgap.Evaluation;

/// <summary>The project that the SDK makes for a file-based app, obtained as editors do.</summary>
internal static class FileBasedApp
{
    /// <summary>True for the file of such an app.</summary>
    public static bool Is(string path) => Path.GetExtension(path).Equals(".cs", StringComparison.OrdinalIgnoreCase);

    /// <summary>The app's project, with the name that a publish of the app uses.</summary>
    /// <exception cref="IOException">The SDK returns none.</exception>
    public static ProjectRootElement Read(string path, ProjectCollection collection)
    {
        using JsonDocument answer = Ask(path);
        if (!answer.RootElement.TryGetProperty("Content", out JsonElement content))
        {
            string reason = answer.RootElement.TryGetProperty("Message", out JsonElement message)
                ? message.GetString() ?? "" : "it returned no project";
            throw new IOException($"the SDK does not read it as a file-based app: {reason}");
        }

        using XmlReader reader = XmlReader.Create(new StringReader(content.GetString()!));
        ProjectRootElement root = ProjectRootElement.Create(reader, collection);
        root.FullPath = Path.ChangeExtension(path, ".csproj");
        return root;
    }

    private static JsonDocument Ask(string path)
    {
        // In Visual Studio this process is MSBuild's own; the SDK says which dotnet runs a build.
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host)
            ? host : Environment.ProcessPath!;
        ProcessStartInfo start = new(dotnet, ["run-api"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(path),
        };
        // Set for this process by the locator; the SDK has its own.
        foreach (string name in start.Environment.Keys.Where(
            name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using (StreamWriter input = process.StandardInput)
            input.WriteLine($$"""{"$type":"GetProject","EntryPointFileFullPath":"{{JsonEncodedText.Encode(path)}}"}""");
        string? line = process.StandardOutput.ReadLine();
        process.WaitForExit();
        try
        {
            return JsonDocument.Parse(line ?? "");
        }
        catch (JsonException)
        {
            throw new IOException(
                $"the SDK does not read it as a file-based app: {errors.GetAwaiter().GetResult().Trim().Split('\n')[0].TrimEnd()}");
        }
    }
}
