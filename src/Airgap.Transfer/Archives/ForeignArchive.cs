using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>Recognises the format of a file that is not an imgpkg archive, so that the refusal can name it.</summary>
internal static class ForeignArchive
{
    // In each format, the identifying names come first.
    private const int MostEntries = 1000;

    /// <summary>The refusal of a file in a known format; null for an unknown format.</summary>
    public static AirgapException? Recognise(ArchiveFile archive)
    {
        try
        {
            using ArchiveBytes file = archive.Open();
            return Describe(file) is var (format, advice) ? Refusal(archive.Path, format, advice) : null;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // The original failure is the one to report.
            return null;
        }
    }

    /// <summary>The refusal of a compressed file; null for another file.</summary>
    public static AirgapException? RecogniseCompressed(ArchiveFile archive)
    {
        try
        {
            using ArchiveBytes file = archive.Open();
            return Compression(file) is var (format, advice) ? Refusal(archive.Path, format, advice) : null;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return null;
        }
    }

    private static (string Format, string Advice)? Compression(IRandomAccess file)
    {
        Span<byte> beginning = stackalloc byte[4];
        if (file.Read(beginning, 0) < beginning.Length)
            return null;
        if (beginning is [0x1f, 0x8b, ..])
            return ("compressed by gzip", "Decompress it with gunzip first; an archive of this kind is a plain tar.");
        if (beginning is [0x28, 0xb5, 0x2f, 0xfd])
            return ("compressed by zstd", "Decompress it with unzstd first; an archive of this kind is a plain tar.");
        return beginning is [(byte)'P', (byte)'K', 3, 4]
            ? ("a zip file", "Unpack it first; an archive of this kind is a plain tar.") : null;
    }

    private static (string Format, string Advice)? Describe(IRandomAccess file)
    {
        if (Compression(file) is { } compressed)
            return compressed;
        try
        {
            foreach (ArchiveEntry entry in TarIndex.Read(file, onlyFiles: false).Take(MostEntries))
            {
                if (entry.Name == "repositories" || entry.Name.EndsWith("/layer.tar", StringComparison.Ordinal)
                    || (entry.Name == ArchiveLayout.ManifestName && HasRepoTags(file, entry)))
                    return ("in docker's format, as 'docker save' and 'skopeo copy … docker-archive:' write it", Advice);
            }
        }
        catch (InvalidDataException)
        {
            // The entries before the unreadable position identify it, or nothing does.
        }

        return null;
    }

    /// <summary>True for docker's manifest.json: no backslash precedes the field, as it would inside one of imgpkg's.</summary>
    internal static bool HasRepoTags(IRandomAccess file, ArchiveEntry entry)
    {
        byte[] beginning = new byte[Math.Min(entry.Size, 64 * 1024)];
        int read = file.Read(beginning, entry.Offset);
        return beginning.AsSpan(0, read).IndexOf("\"RepoTags\""u8) >= 0;
    }

    private const string Advice =
        "Convert it with 'skopeo copy docker-archive:FILE oci-archive:NEW', which can be read, or copy the images from their registry to " +
        "an archive.";

    private static AirgapException Refusal(string path, string format, string advice) => new(
        ErrorCode.ForeignArchive,
        $"'{path}' is {format}. Archives that can be relocated have imgpkg's format or hold an OCI layout.",
        advice)
    { Location = new SourceLocation(path) };
}
