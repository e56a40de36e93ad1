using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Producing;

/// <summary>Checks the files under <c>packages/</c>, and collects the images they name.</summary>
internal sealed class PackageChecks(ImmutableArray<Diagnostic>.Builder problems, ImmutableArray<Diagnostic>.Builder warnings)
{
    private const string Folder = "packages/";
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly Dictionary<string, string> _named = new(StringComparer.Ordinal);
    private readonly List<PackageReference> _references = [];
    private readonly FindingsPerFile _problems = new();
    private readonly FindingsPerFile _warnings = new();
    private int _templates;

    /// <summary>Checks every YAML file under <c>packages/</c>.</summary>
    /// <returns>True when there is one.</returns>
    public bool Check(IReadOnlyDictionary<string, ContentFile> files)
    {
        KeyValuePair<string, ContentFile>[] packages = [.. files.Where(file => IsPackageFile(file.Key))];
        foreach ((_, ContentFile file) in packages)
            CheckFile(file.FullPath);
        problems.AddRange(_problems.More());
        warnings.AddRange(_warnings.More());
        if (packages.Length > 0 && _named.Count == 0 && _templates == 0 && problems.Count == 0)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.NoPackages,
                "No file under packages/ has a Package or PackageMetadata, so a cluster finds nothing to install.",
                "Add the definitions, or omit packages/."));
        }

        return packages.Length > 0;
    }

    /// <summary>Checks the images under <c>packages/</c> against the lock.</summary>
    public void CheckReferences(IEnumerable<LockedImage> locked)
    {
        foreach (Diagnostic found in PackageReferences.NotRelocated(_references, locked.Select(Origins.Replaced)))
        {
            if (found.Code == ErrorCode.FetchNotRelocated)
            {
                warnings.Add(found);
                continue;
            }

            // If the lock has the image under another id, the finding's own advice says what to write.
            bool isLocked = found.Message.Contains("under the kbld", StringComparison.Ordinal);
            problems.Add(found with
            {
                Code = ErrorCode.ReferenceNotLocked,
                Advice = isLocked || found.Reference is null
                ? found.Advice : $"For {found.Reference}: {AdviceTerms.PinImage}, or correct the text.",
            });
        }
    }

    private void CheckFile(string path)
    {
        try
        {
            byte[] bytes = ReadAll(path);
            if (bytes.AsSpan().IndexOf("#@"u8) >= 0)
            {
                _templates++;
                _references.AddRange(PackageReferences.Find(new MemoryStream(bytes), path));
                warnings.Add(new Diagnostic(
                    ErrorCode.PackageTemplate,
                    $"{path} is a ytt template, whose output is not checked.",
                    "Render it with ytt before making the bundle, to have it checked.")
                { Location = new SourceLocation(path) });
                return;
            }

            YamlContext context = new(
                path, ErrorCode.InvalidPackage, "Correct the file; a cluster accepts nothing from a repository with an unreadable file.");
            IReadOnlyList<YamlNode> documents = YamlReader.ReadDocuments(bytes, context);
            _references.AddRange(PackageReferenceFinder.Find(documents, path, looksInside: true));
            foreach (YamlNode document in documents)
                CheckDocument(document, path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is AirgapException)
        {
            problems.Add(IoFailures.Translate(e, path).ToDiagnostic());
        }
    }

    private void CheckDocument(YamlNode document, string path)
    {
        if (new PackageDocument(document, path, Problem, Warning).Check() is not { } name)
            return;
        SourceLocation place = new(path, document.Line, document.Column);
        if (!_named.TryAdd(name, place.ToString()) && _problems.Take(ErrorCode.DuplicatePackage, path))
            problems.Add(new Diagnostic(
                ErrorCode.DuplicatePackage, $"{place}: the {name} is also in {_named[name]}.",
                "Remove one of them, or give it another version.")
            { Location = place });
    }

    // Created only when reported, because a file of a few megabytes may have a million errors.
    private void Problem(ErrorCode code, string path, Func<Diagnostic> make)
    {
        if (_problems.Take(code, path))
            problems.Add(make());
    }

    private void Warning(ErrorCode code, string path, Func<Diagnostic> make)
    {
        if (_warnings.Take(code, path))
            warnings.Add(make());
    }

    private static byte[] ReadAll(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length > MaxBytes)
            throw new AirgapException(
                ErrorCode.InvalidPackage, $"{path}: the file is larger than {MaxBytes / (1024 * 1024)} MiB.",
                "Split it: a cluster stores each package as its own object.")
            {
                Location = new SourceLocation(path)
            };
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsPackageFile(string path) =>
        path.StartsWith(Folder, StringComparison.Ordinal)
            && (path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".yaml", StringComparison.Ordinal));
}
