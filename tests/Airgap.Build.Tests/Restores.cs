using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Airgap.Build.Tests;

/// <summary>
/// Avoids restores, which start a process in an MSBuild server and cost more than a short build. Projects whose inputs of a restore have
/// not changed need none, and NuGet's output for them is valid for every other folder with the same inputs, except for the
/// folder's name.
/// </summary>
internal sealed partial class Restores
{
    private const string NoRestore = "--no-restore";

    private static readonly string s_temp = Path.GetTempPath();

    // The inputs of each folder's last restore.
    private static readonly ConcurrentDictionary<string, string> s_restored = new(StringComparer.Ordinal);

    // NuGet's output for them.
    private static readonly ConcurrentDictionary<string, Written> s_written = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly string[] _arguments;
    private readonly bool _restores;
    private readonly string _top = "";
    private readonly string _state = "";

    private Restores(string folder, string[] arguments, IReadOnlyDictionary<string, string?> environment)
    {
        _folder = folder;
        _arguments = arguments;
        _restores = arguments is ["build" or "publish" or "pack" or "restore", ..]
            && folder.StartsWith(s_temp, StringComparison.Ordinal)
            && !arguments.Any(argument => argument is NoRestore or "--no-build" || argument.EndsWith(".cs", StringComparison.Ordinal));
        if (!_restores)
            return;
        _top = Path.Combine(s_temp, Path.GetRelativePath(s_temp, folder).Split(Path.DirectorySeparatorChar)[0]);
        string[] files = [.. ProjectFiles(_top)];
        string[] relevant = [.. RestoreArguments.Relevant(arguments)];
        string[] variables = [.. environment.Where(IsRelevant).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)];
        string[] texts = IsPlain(folder, files, relevant) ? ["plain"] : [.. files, .. files.Select(Heeded)];
        _state = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\n', [folder, .. texts, .. relevant, .. variables]).Replace(_top, "TOP", StringComparison.Ordinal))));
    }

    private string Assets => Path.Combine(_folder, "obj", "project.assets.json");

    /// <summary>Examines a command before it runs.</summary>
    public static Restores Of(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment) =>
        new(folder, [.. arguments], environment);

    /// <summary>The command's arguments; without a restore if it would have nothing to do.</summary>
    public string[] Arguments() => _arguments[0] != "restore" && AreDone() ? [.. _arguments, NoRestore] : _arguments;

    /// <summary>True if the folder is restored, or can be from the output for an equivalent one.</summary>
    public bool AreDone()
    {
        if (!_restores)
            return false;
        if (s_written.TryGetValue(_state, out Written? alike) && !ProjectFiles(_top).Any(file => Directory.Exists(ObjOf(file))))
        {
            alike.WriteTo(_top);
            s_restored[_folder] = _state;
        }

        return s_restored.TryGetValue(_folder, out string? before) && before == _state && File.Exists(Assets);
    }

    /// <summary>Records that the command has run.</summary>
    public void Ran(DotnetResult result)
    {
        if (!_restores || result.Output.Contains("error NU", StringComparison.Ordinal) || !File.Exists(Assets))
            return;
        s_restored[_folder] = _state;
        if (!s_written.ContainsKey(_state))
            s_written[_state] = Written.In(_top);
    }

    private static string ObjOf(string project) => Path.Combine(Path.GetDirectoryName(project)!, "obj");

    // A plain project in its test's folder references only the package and contains no other input of a restore.
    private static bool IsPlain(string folder, string[] files, string[] relevant)
    {
        string text = string.Concat(files.Select(File.ReadAllText));
        return relevant is [var sources] && sources == $"-p:RestoreSources={PackedPackage.Feed}"
            && files.Where(file => file.EndsWith("proj", StringComparison.Ordinal)).SequenceEqual([Path.Combine(folder, "App.csproj")])
            && text.Contains("<Project Sdk=\"Microsoft.NET.Sdk\">", StringComparison.Ordinal)
            && text.Contains("<TargetFramework>net10.0</TargetFramework>", StringComparison.Ordinal)
            && WhatRestoresHeed().Count(text) == 1;
    }

    // Every file of the test's folder that may affect a restore.
    private static IEnumerable<string> ProjectFiles(string top) =>
        Directory.EnumerateFiles(top, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".csproj" or ".proj" or ".props" or ".targets"
                or ".slnx" or ".config"
                || Path.GetFileName(file) is "global.json")
            .Where(file => !Path.GetRelativePath(top, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal);

    // A project file without the parts that do not affect a restore.
    private static string Heeded(string file)
    {
        string text = File.ReadAllText(file);
        try
        {
            XDocument xml = XDocument.Parse(text);
            xml.Descendants().Where(element => WhatNoRestoreHeeds().IsMatch(element.Name.LocalName)).Remove();
            return xml.ToString(SaveOptions.DisableFormatting);
        }
        catch (XmlException)
        {
            return text;
        }
    }

    private static bool IsRelevant(KeyValuePair<string, string?> variable) =>
        !variable.Key.StartsWith("IMGPKG", StringComparison.Ordinal)
        && variable.Key is not ("PATH" or "DOCKER_CONFIG" or "HTTP_PROXY" or "NO_PROXY" or "DOTNET_CONTAINER_INSECURE_REGISTRIES");

    // Elements of this package, except for its version in a sample, and the destination of an SDK container.
    [GeneratedRegex(
        "^(Imgpkg.*|Airgap(?!BuildVersion).*|UseSharedCompilation|SourceRegistry"
        + "|Container(BaseImage|Registry|Repository|ImageTag|ImageFormat|ArchiveOutputPath))$")]
    private static partial Regex WhatNoRestoreHeeds();

    [GeneratedRegex(
        "Package(Reference|Download|Version)|(Project|Framework)Reference|TargetFrameworks|Runtime|SelfContained|Restore|NuGet|PublishAot"
        + "|OutputType|PackAs|Windows",
        RegexOptions.IgnoreCase)]
    private static partial Regex WhatRestoresHeed();

    /// <summary>NuGet's output for the projects of a folder.</summary>
    private sealed record Written(string Top, IReadOnlyDictionary<string, string> Files)
    {
        public static Written In(string top) => new(top, ProjectFiles(top).Select(ObjOf).Distinct().Where(Directory.Exists)
            .SelectMany(Directory.GetFiles)
            .Where(file => Path.GetFileName(file) is "project.assets.json" or "project.nuget.cache"
                || Path.GetFileName(file).Contains(".nuget.", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetRelativePath(top, file), File.ReadAllText));

        public void WriteTo(string top)
        {
            foreach ((string name, string text) in Files)
            {
                string path = Path.Combine(top, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text.Replace(Top, top, StringComparison.Ordinal));
            }
        }
    }
}
