using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>A layout in a folder.</summary>
internal sealed class LayoutFolderFiles(string path) : LayoutFiles(path)
{
    public override LayoutFile? Find(string name)
    {
        string[] parts = name.Split('/');
        string place = Path;
        try
        {
            foreach (string folder in parts[..^1])
            {
                place = System.IO.Path.Combine(place, folder);
                if (new DirectoryInfo(place).LinkTarget is not null)
                    throw Invalid($"'{place}' is a link");
            }

            FileInfo file = new(System.IO.Path.Combine(place, parts[^1]));
            if (file.LinkTarget is not null)
                throw Invalid($"'{file.FullName}' is a link");
            if (!file.Exists)
                return null;
            return SpecialFile.IsRegular(file)
                ? new LayoutFile(file.FullName, 0, file.Length) : throw Invalid($"'{file.FullName}' is not a regular file");
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, place);
        }
    }

    public override IEnumerable<(Digest Digest, LayoutFile File)> Contents()
    {
        string blobs = System.IO.Path.Combine(Path, LayoutNames.Blobs);
        foreach (string algorithm in (string[])["sha256", "sha512"])
        {
            string folder = System.IO.Path.Combine(blobs, algorithm);
            foreach (string file in NamesIn(folder))
            {
                string name = $"{LayoutNames.Blobs}/{algorithm}/{System.IO.Path.GetFileName(file)}";
                if (LayoutNames.DigestOf(name) is { } digest && Find(name) is { } found)
                    yield return (digest, found);
            }
        }
    }

    private static string[] NamesIn(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, folder);
        }
    }
}
