using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// Assigns archives to items: a file for one item, an OCI layout for all items, or a folder with a <c>NAME.tar</c> for
/// each.
/// </summary>
internal sealed class ArchiveRoute
{
    private readonly bool _targetIsFolder;
    private readonly List<(string Path, bool IsFolder)> _sources = [];

    /// <summary>Reads the two properties.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="count">The number of items.</param>
    public ArchiveRoute(PublishSettings settings, int count)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        if (settings.Archive.Length > 0 && settings.SourceArchive.Length > 0)
        {
            problems.Add(new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"Both {PropertyNames.Archive} and {PropertyNames.SourceArchive} are set.",
                $"Set {PropertyNames.Archive} where the source registry can be reached, and {PropertyNames.SourceArchive} where the " +
                "destination can."));
        }

        if (settings.Receipt.Length > 0 && settings.Archive.Length > 0)
        {
            problems.Add(new Diagnostic(
                ErrorCode.IncompatibleOptions,
                $"{PropertyNames.Receipt} is set, but an archive is written, and a receipt states what a registry contains.",
                $"Set it for the import of the archive, with {PropertyNames.SourceArchive} and {PropertyNames.Registry}."));
        }

        if (settings.Archive.Length > 0)
        {
            Target = settings.FullPath(settings.Archive);
            _targetIsFolder = PublishSettings.NamesFolder(settings.Archive) || Directory.Exists(Target) || (count > 1 && !IsTar(Target));
            SharesTarget = !_targetIsFolder && settings.ArchiveFormat == ArchiveFormat.LayoutTar;
            if (count > 1 && !_targetIsFolder && !SharesTarget)
            {
                problems.Add(OneArchive(PropertyNames.Archive, settings.Archive, count));
                // Reported once, not again as a conflict of each item with the previous one.
                _targetIsFolder = true;
            }
        }

        foreach (string given in settings.SourceArchive.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string path = settings.FullPath(given);
            bool isFolder = Directory.Exists(path) && !File.Exists(Path.Combine(path, LayoutNames.Marker));
            if (!Path.Exists(path) && !FoundList.Lies(path, settings.PartsIn))
            {
                problems.Add(new Diagnostic(
                    ErrorCode.FileNotFound,
                    $"The archive {path} does not exist.",
                    $"Set {PropertyNames.SourceArchive} to an archive, or to a folder of archives, that {PropertyNames.Archive} wrote."));
                continue;
            }

            if (count > 1 && !isFolder && !HoldsSeveral(path, settings))
                problems.Add(OneArchive(PropertyNames.SourceArchive, given, count));
            _sources.Add((path, isFolder));
        }

        Problems = problems.ToImmutable();
    }

    /// <summary>The problems of the properties.</summary>
    public ImmutableArray<Diagnostic> Problems { get; }

    /// <summary>Full path of the output; null for none.</summary>
    public string? Target { get; }

    /// <summary>True if the output is one archive for all items, possibly shared with other projects.</summary>
    public bool SharesTarget { get; }

    /// <summary>The archive to write for an item, or null.</summary>
    public string? TargetFor(string name) => Of(Target, _targetIsFolder, name);

    /// <summary>The archives to read an item from, existing or not; several form one chain of deltas.</summary>
    public string[] SourcesFor(string name) => [.. _sources.Select(source => Of(source.Path, source.IsFolder, name)!)];

    private static string? Of(string? path, bool isFolder, string name) =>
        path is null || !isFolder ? path : Path.Combine(path, name + ".tar");

    // An unreadable archive is reported by its reader.
    private static bool HoldsSeveral(string path, PublishSettings settings)
    {
        try
        {
            return Task.Run(async () =>
                await LayoutFiles.IsLayoutAsync(
                    await PartFinder.FindAsync(path, settings.PartsIn, CancellationToken.None), CancellationToken.None))
                    .GetAwaiter().GetResult();
        }
        catch (AirgapException)
        {
            return true;
        }
    }

    private static bool IsTar(string path) => Path.GetExtension(path).Equals(".tar", StringComparison.OrdinalIgnoreCase);

    private static Diagnostic OneArchive(string property, string value, int count) => new(
        ErrorCode.IncompatibleOptions,
        $"{property} is the single archive '{value}', but the project has {count} items.",
        "An archive in imgpkg's format contains one bundle: name a folder, which gets a NAME.tar for each item, or write one OCI " +
        "layout for " +
        $"all with {PropertyNames.ArchiveFormat}=oci.");
}
