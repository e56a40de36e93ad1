using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;

namespace Airgap.Publishing.Declarations;

/// <summary>Which archive belongs to which item: a file for one item, or a folder with a <c>NAME.tar</c> for each.</summary>
internal sealed class ArchiveRoute
{
    private readonly bool _targetIsFolder;
    private readonly bool _sourceIsFolder;

    /// <summary>Reads the two properties.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="count">How many items there are.</param>
    public ArchiveRoute(PublishSettings settings, int count)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        if (settings.Archive.Length > 0 && settings.SourceArchive.Length > 0)
        {
            problems.Add(new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"Both {PropertyNames.Archive} and {PropertyNames.SourceArchive} are set.",
                $"Set {PropertyNames.Archive} where the source registry can be reached, and {PropertyNames.SourceArchive} where the destination can."));
        }

        if (settings.Receipt.Length > 0 && settings.Archive.Length > 0)
        {
            problems.Add(new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"{PropertyNames.Receipt} is set where an archive is written, and a receipt says what a registry holds.",
                $"Set it where the archive is imported, with {PropertyNames.SourceArchive} and {PropertyNames.Registry}."));
        }

        if (settings.Archive.Length > 0)
        {
            Target = settings.FullPath(settings.Archive);
            _targetIsFolder = PublishSettings.NamesFolder(settings.Archive) || Directory.Exists(Target) || (count > 1 && !IsTar(Target));
            if (count > 1 && !_targetIsFolder)
            {
                problems.Add(OneArchive(PropertyNames.Archive, settings.Archive, count));
                // Said once: not again as a conflict of each item with the one before.
                _targetIsFolder = true;
            }
        }

        if (settings.SourceArchive.Length > 0)
        {
            Source = settings.FullPath(settings.SourceArchive);
            _sourceIsFolder = Directory.Exists(Source);
            if (!_sourceIsFolder && !File.Exists(Source) && !FoundList.Lies(Source, settings.PartsIn))
            {
                problems.Add(new Diagnostic(
                    ErrorCode.FileNotFound,
                    $"The archive {Source} does not exist.",
                    $"Set {PropertyNames.SourceArchive} to an archive, or to a folder of archives, that {PropertyNames.Archive} wrote."));
                Source = null;
            }
            else if (count > 1 && !_sourceIsFolder)
            {
                problems.Add(OneArchive(PropertyNames.SourceArchive, settings.SourceArchive, count));
            }
        }

        Problems = problems.ToImmutable();
    }

    /// <summary>What is wrong with the properties.</summary>
    public ImmutableArray<Diagnostic> Problems { get; }

    /// <summary>Full path of what is written; null for none.</summary>
    public string? Target { get; }

    /// <summary>Full path of what is read; null for none.</summary>
    public string? Source { get; }

    /// <summary>The archive to write for an item, or null.</summary>
    public string? TargetFor(string name) => Of(Target, _targetIsFolder, name);

    /// <summary>The archive to read an item from, or null.</summary>
    public string? SourceFor(string name) => Of(Source, _sourceIsFolder, name);

    private static string? Of(string? path, bool isFolder, string name) => path is null || !isFolder ? path : Path.Combine(path, name + ".tar");

    private static bool IsTar(string path) => Path.GetExtension(path).Equals(".tar", StringComparison.OrdinalIgnoreCase);

    private static Diagnostic OneArchive(string property, string value, int count) => new(
        ErrorCode.IncompatibleOptions,
        $"{property} is the one archive '{value}', and the project has {count} items.",
        "An archive holds one bundle: name a folder, which has a NAME.tar for each item.");
}
