using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Airgap.Build.Tests;

/// <summary>
/// Spares restores, which start a process of their own in a server of MSBuild and cost more than a short build: a project that has not
/// changed since it was restored needs none, and what NuGet writes for one plain project is right for every other, except the folder.
/// </summary>
internal sealed partial class Restores
{
    private const string NoRestore = "--no-restore";

    private static readonly string s_temp = Path.GetTempPath();

    // What each folder was restored from.
    private static readonly ConcurrentDictionary<string, string> s_restored = new(StringComparer.Ordinal);

    private static readonly string[] s_written =
        ["project.assets.json", "project.nuget.cache", "App.csproj.nuget.dgspec.json", "App.csproj.nuget.g.props",
            "App.csproj.nuget.g.targets"];

    // The files of a plain project's restore, as they are for the folder of that name.
    private static volatile PlainRestore? s_plain;

    private readonly string _folder;
    private readonly string[] _arguments;
    private readonly bool _restores;
    private readonly string _state = "";
    private readonly bool _isPlain;

    private Restores(string folder, string[] arguments, IReadOnlyDictionary<string, string?> environment)
    {
        _folder = folder;
        _arguments = arguments;
        _restores = arguments is ["build" or "publish" or "pack" or "restore", ..]
            && folder.StartsWith(s_temp, StringComparison.Ordinal)
            && !arguments.Any(argument => argument is NoRestore or "--no-build" || argument.EndsWith(".cs", StringComparison.Ordinal));
        if (!_restores)
            return;
        string[] files = [.. ProjectFiles(folder)];
        string text = string.Concat(files.Select(File.ReadAllText));
        string[] relevant = [.. Relevant(arguments)];
        _state = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\n', [.. files, text, .. relevant,
                .. environment.Where(IsRelevant).Select(pair => $"{pair.Key}={pair.Value}")]))));
        _isPlain = relevant is [var sources] && sources == $"-p:RestoreSources={PackedPackage.Feed}"
            && files.Where(file => file.EndsWith("proj", StringComparison.Ordinal)).SequenceEqual([Path.Combine(folder, "App.csproj")])
            && text.Contains("<Project Sdk=\"Microsoft.NET.Sdk\">", StringComparison.Ordinal)
            && text.Contains("<TargetFramework>net10.0</TargetFramework>", StringComparison.Ordinal)
            && WhatRestoresHeed().Count(text) == 1;
    }

    private string Assets => Path.Combine(_folder, "obj", "project.assets.json");

    /// <summary>Looks at a command before it runs.</summary>
    public static Restores Of(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment) =>
        new(folder, [.. arguments], environment);

    /// <summary>The command's arguments; without a restore where one would find nothing to do.</summary>
    public string[] Arguments()
    {
        if (!_restores || _arguments[0] == "restore")
            return _arguments;
        if (!Directory.Exists(Path.GetDirectoryName(Assets)) && _isPlain && s_plain is { } plain)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Assets)!);
            foreach ((string name, string text) in plain.Files)
            {
                File.WriteAllText(
                    Path.Combine(_folder, "obj", name), text.Replace(plain.Folder, _folder, StringComparison.Ordinal));
            }

            s_restored[_folder] = _state;
        }

        return s_restored.TryGetValue(_folder, out string? before) && before == _state && File.Exists(Assets)
            ? [.. _arguments, NoRestore] : _arguments;
    }

    /// <summary>Notes that the command has run.</summary>
    public void Ran(DotnetResult result)
    {
        if (!_restores || result.Output.Contains("error NU", StringComparison.Ordinal) || !File.Exists(Assets))
            return;
        s_restored[_folder] = _state;
        if (_isPlain && s_plain is null)
            s_plain = new PlainRestore(
                _folder, s_written.ToDictionary(name => name, name => File.ReadAllText(Path.Combine(_folder, "obj", name))));
    }

    // Everything of the test's folder that may take part in a restore.
    private static IEnumerable<string> ProjectFiles(string folder)
    {
        string top = Path.Combine(s_temp, Path.GetRelativePath(s_temp, folder).Split(Path.DirectorySeparatorChar)[0]);
        return Directory.EnumerateFiles(top, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".csproj" or ".proj" or ".props" or ".targets"
                or ".slnx" or ".config"
                || Path.GetFileName(file) is "global.json")
            .Where(file => !Path.GetRelativePath(top, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Relevant(string[] arguments)
    {
        for (int i = 1; i < arguments.Length; i++)
        {
            if (arguments[i] == "-c")
                i++;
            else if (!WhatNoRestoreHeeds().IsMatch(arguments[i]))
                yield return arguments[i];
        }
    }

    private static bool IsRelevant(KeyValuePair<string, string?> variable) =>
        !variable.Key.StartsWith("IMGPKG", StringComparison.Ordinal)
        && variable.Key is not ("PATH" or "DOCKER_CONFIG" or "HTTP_PROXY" or "NO_PROXY");

    [GeneratedRegex("^-(p:Airgap|bl|v:|t:|tl:|nologo|get(Item|Property|TargetResult):)")]
    private static partial Regex WhatNoRestoreHeeds();

    // A plain project has the one reference to the package and nothing else of these.
    [GeneratedRegex(
        "Package(Reference|Download|Version)|(Project|Framework)Reference|TargetFrameworks|Runtime|SelfContained|Restore|NuGet|PublishAot"
        + "|OutputType|PackAs|Windows",
        RegexOptions.IgnoreCase)]
    private static partial Regex WhatRestoresHeed();

    private sealed record PlainRestore(string Folder, IReadOnlyDictionary<string, string> Files);
}
