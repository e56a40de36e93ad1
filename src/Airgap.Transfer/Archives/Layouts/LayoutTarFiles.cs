using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>A layout in a tar, read in place: its headers give the position of each blob.</summary>
internal sealed class LayoutTarFiles : LayoutFiles
{
    private readonly Dictionary<string, LayoutFile> _files = new(StringComparer.Ordinal);

    private readonly ArchiveFile _archive;

    private LayoutTarFiles(ArchiveFile archive)
        : base(archive.Path)
    {
        _archive = archive;
    }

    /// <summary>Reads the headers of a tar.</summary>
    public static LayoutTarFiles Open(ArchiveFile archive)
    {
        LayoutTarFiles files = new(archive);
        try
        {
            using ArchiveBytes file = archive.Open();
            foreach (ArchiveEntry entry in TarIndex.Read(file, onlyFiles: false))
                files.Add(entry);
            return files;
        }
        catch (InvalidDataException e)
        {
            throw ForeignArchive.RecogniseCompressed(archive) ?? Invalid(archive.Path, e.Message, e);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, archive.Path);
        }
    }

    /// <summary>
    /// A name without the leading <c>./</c> that <c>tar -C FOLDER .</c> adds, and without a folder's trailing slash.
    /// </summary>
    public static string Normalise(string name) => (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).TrimEnd('/');

    public override LayoutFile? Find(string name) => _files.TryGetValue(name, out LayoutFile file) ? file : null;

    public override IEnumerable<(Digest Digest, LayoutFile File)> Contents() => _files
        .Select(file => (Digest: LayoutNames.DigestOf(file.Key), File: file.Value))
        .Where(file => file.Digest is not null)
        .OrderBy(file => file.File.Offset)
        .Select(file => (file.Digest!.Value, file.File));

    private void Add(ArchiveEntry entry)
    {
        string name = Normalise(entry.Name);
        if (name.StartsWith('/') || name.Contains('\\') || name.Split('/').Contains(".."))
            throw Invalid($"its entry '{Printable.Line(entry.Name)}' leads out of it");
        bool isOurs = name is LayoutNames.Marker or LayoutNames.Index or ArchiveNotes.EntryName
            || name.StartsWith(LayoutNames.Blobs + "/", StringComparison.Ordinal);
        if (entry.Type is '5' or 'g' || !isOurs)
            return;
        if (!entry.IsRegular)
            throw Invalid($"its entry '{Printable.Line(entry.Name)}' is a link or a special file");
        // Repeated content is identical, or its digest differs.
        if (!_files.TryAdd(name, new LayoutFile(_archive, entry.Offset, entry.Size)) && LayoutNames.DigestOf(name) is null)
            throw Invalid($"it contains two entries named '{Printable.Line(name)}'");
    }
}
