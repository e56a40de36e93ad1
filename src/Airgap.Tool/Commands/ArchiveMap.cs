using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Commands;

/// <summary>One entry of <c>--map</c>: an item of an archive, and its destination repository.</summary>
/// <param name="Item">The item, as the archive names it.</param>
/// <param name="Destination">The repository.</param>
internal sealed record ArchiveMapEntry(string Item, RepositoryName Destination);

/// <summary>Reads <c>--map</c> and <c>--map-file</c>.</summary>
internal static class ArchiveMap
{
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Reads both: the flags first, then the file's lines. In a file, empty lines and lines that begin with <c>#</c>
    /// are ignored.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.InvalidRepository"/>, or a 3xxx code
    /// of the file.</exception>
    public static IReadOnlyList<ArchiveMapEntry> Read(IEnumerable<string> given, string? file)
    {
        List<ArchiveMapEntry> entries = [.. given.Select(text => Parse(text, null))];
        string[] lines = file is null ? [] : Lines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() is { Length: > 0 } line && line[0] != '#')
                entries.Add(Parse(line, new SourceLocation(file!, i + 1, 1)));
        }

        if (file is not null && entries.Count == 0)
            throw new AirgapException(ErrorCode.InvalidArgument, $"'{file}' maps nothing.", "Write a line SOURCE=REPOSITORY for each item.")
            {
                Location = new SourceLocation(file)
            };
        if (entries.GroupBy(entry => entry.Item, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new AirgapException(ErrorCode.InvalidArgument, $"'{twice.Key}' is mapped twice.", "Give each item one repository.");
        return entries;
    }

    private static ArchiveMapEntry Parse(string text, SourceLocation? location)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0 || equals == text.Length - 1)
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{text}' does not map an item of an archive to a repository.",
                "Write SOURCE=REPOSITORY, such as app-bundle=final-registry.corp.com/apps/app-bundle.")
            {
                Location = location
            };
        return new ArchiveMapEntry(text[..equals].Trim(), RepositoryName.Parse(text[(equals + 1)..].Trim()));
    }

    private static string[] Lines(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > MostBytes }
                ? throw new AirgapException(
                    ErrorCode.InvalidArgument, $"'{file}' is too large to be a map.", "Give a file of lines SOURCE=REPOSITORY.")
                    : File.ReadAllLines(file);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, file);
        }
    }
}
