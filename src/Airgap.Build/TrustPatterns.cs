using System.Text.RegularExpressions;
using System.Xml;
using Airgap.Publishing.Declarations;

namespace Airgap.Build;

/// <summary>
/// Determines whether a project's files may name a trust rule by a pattern, or by a property that may contain one. MSBuild does not tell a
/// task what a project imports, so this class follows the imports itself; if it cannot follow one, the result is true, which costs one
/// more evaluation.
/// </summary>
internal sealed partial class TrustPatterns
{
    private const string Type = "ImgpkgTrust";

    // The package's own files name the type, and contain no rule.
    private static readonly string s_own = Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(typeof(TrustPatterns).Assembly.Location) ?? ".", "..", "..", "build")) + Path.DirectorySeparatorChar;

    private readonly string _directory;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _files = new();
    private string _packages = "";

    private TrustPatterns(string projectFile) => _directory = Path.GetDirectoryName(projectFile)! + Path.DirectorySeparatorChar;

    /// <summary>True if the project may contain such a rule. Also reads environment variables.</summary>
    /// <param name="projectFile">Full path of the project.</param>
    /// <param name="globals">Names of its global properties.</param>
    public static bool MayBeIn(string projectFile, IEnumerable<string> globals)
    {
        if (globals.Concat(Environment.GetEnvironmentVariables().Keys.Cast<string>()).Any(Hook().IsMatch))
            return true;
        TrustPatterns search = new(projectFile);
        // The files that a restore generates import the files of packages.
        string restored = Path.Combine(search._directory, "obj");
        string[] generated = Directory.Exists(restored)
            ? [.. Directory.GetFiles(restored, Path.GetFileName(projectFile) + ".*")
                .Where(path => path.EndsWith(".props", StringComparison.Ordinal) || path.EndsWith(".targets", StringComparison.Ordinal))]
            : [];
        if (generated.Length == 0)
            return true;
        foreach (string file in generated.Concat(ProjectText.FilesOf(projectFile)))
            search.Add(file);
        return search.Find();
    }

    private void Add(string file)
    {
        if (_seen.Add(file) && !file.StartsWith(s_own, StringComparison.OrdinalIgnoreCase) && File.Exists(file))
            _files.Enqueue(file);
    }

    private bool Find()
    {
        while (_files.TryDequeue(out string? file))
        {
            try
            {
                if (MayHave(file))
                    return true;
            }
            catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                return true;
            }
        }

        return false;
    }

    private bool MayHave(string file)
    {
        using XmlReader reader =
            XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            string name = reader.LocalName;
            if (name.Equals(Type, StringComparison.OrdinalIgnoreCase)
                && reader.GetAttribute("Include") is { } include && include.AsSpan().ContainsAny("*?$@"))
                return true;
            if (Hook().IsMatch(name) || (name is "Project" or "Import" or "Sdk" && reader.GetAttribute(name == "Sdk" ? "Name" : "Sdk") is { } sdk
                && !sdk.Split(';').All(one => one.Trim().StartsWith("Microsoft.", StringComparison.OrdinalIgnoreCase))))
                return true;
            if (name == "NuGetPackageRoot" && _packages.Length == 0)
                _packages = reader.ReadString().Trim();
            else if (name == "Import" && reader.GetAttribute("Sdk") is null && !Follow(reader.GetAttribute("Project") ?? "", file))
                return true;
        }

        return false;
    }

    // False if the imports are unknown.
    private bool Follow(string import, string from)
    {
        string path = Known().Replace(import, found => found.Groups[1].Value.ToUpperInvariant() switch
        {
            "MSBUILDTHISFILEDIRECTORY" => Path.GetDirectoryName(from) + "/",
            "MSBUILDPROJECTDIRECTORY" => _directory,
            "NUGETPACKAGEROOT" when _packages.Length > 0 => _packages.EndsWith('/') ? _packages : _packages + "/",
            _ => found.Value,
        }).Replace('\\', Path.DirectorySeparatorChar);
        if (path.AsSpan().ContainsAny("*?$%@"))
            return false;
        Add(Path.GetFullPath(path, Path.GetDirectoryName(from)!));
        return true;
    }

    // Properties by which the SDK imports more files, or by which the generated files lie elsewhere.
    [GeneratedRegex(
        "^Custom(Before|After)|^(Before|After)Microsoft|(Targets|Props)Path$|^(Web)?PublishProfile"
        + "|^(AlternateCommonProps|BeforeTargetFrameworkInferenceTargets|LanguageTargets|MSBuildProjectExtensionsPath"
        + "|BaseIntermediateOutputPath|ArtifactsPath|UseArtifactsOutput|ProjectToOverrideProjectExtensionsPath)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Hook();

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Known();
}
