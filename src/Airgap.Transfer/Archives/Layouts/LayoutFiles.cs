using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>
/// The files of an OCI layout, in a folder or a tar. Only regular files inside it count: a link could expose any file of this machine.
/// </summary>
internal abstract class LayoutFiles(string path)
{
    /// <summary>The tar or folder.</summary>
    public string Path { get; } = path;

    /// <summary>Opens a layout.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLayout"/>, <see cref="ErrorCode.ForeignArchive"/>, or a 3xxx code of
    /// the file.</exception>
    public static Task<LayoutFiles> OpenAsync(ArchiveFile file, CancellationToken cancellationToken) =>
        Task.Run<LayoutFiles>(() => Directory.Exists(file.Path)
            ? new LayoutFolderFiles(file.Path) : LayoutTarFiles.Open(file), cancellationToken);

    /// <summary>
    /// True for a folder, and for a tar with content that only layouts have. Anything else is left to the reader of
    /// imgpkg archives.
    /// </summary>
    public static Task<bool> IsLayoutAsync(ArchiveFile file, CancellationToken cancellationToken) =>
        Task.Run(() => Directory.Exists(file.Path) || IsLayoutTar(file), cancellationToken);

    /// <summary>A file by its name in the layout; null for none.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLayout"/>: a link, or a special file.</exception>
    public abstract LayoutFile? Find(string name);

    /// <summary>Every content by its digest, in no order.</summary>
    public abstract IEnumerable<(Digest Digest, LayoutFile File)> Contents();

    /// <summary>A failure of this layout.</summary>
    /// <param name="why">The end of a sentence.</param>
    public AirgapException Invalid(string why) => Invalid(Path, why, null);

    /// <inheritdoc cref="Invalid(string)"/>
    public static AirgapException Invalid(string path, string why, Exception? cause) => new(
        ErrorCode.InvalidLayout,
        $"'{path}' is not an OCI layout that can be relocated: {why}.",
        "Copy it again from its original location, or write it again with its original tool.",
        cause)
    { Location = new SourceLocation(path) };

    // imgpkg's first entry is manifest.json, so one header identifies its archives. Layouts also contain docker's list of that name.
    private static bool IsLayoutTar(ArchiveFile archive)
    {
        try
        {
            using ArchiveBytes file = archive.Open();
            bool isFirst = true;
            foreach (ArchiveEntry entry in TarIndex.Read(file, onlyFiles: false))
            {
                string name = LayoutTarFiles.Normalise(entry.Name);
                if (isFirst && name == ArchiveLayout.ManifestName && !ForeignArchive.HasRepoTags(file, entry))
                    return false;
                if (name is LayoutNames.Marker or LayoutNames.Index || LayoutNames.DigestOf(name) is not null)
                    return true;
                isFirst = false;
            }
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is InvalidDataException)
        {
            // The reader reports the problem.
        }

        return false;
    }
}
