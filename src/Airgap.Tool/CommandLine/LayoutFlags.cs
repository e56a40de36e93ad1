using System.CommandLine;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags that name an OCI image layout instead of an archive.</summary>
internal sealed class LayoutFlags
{
    /// <summary><c>--oci</c>.</summary>
    public Option<string?> Folder { get; } = Flag.Text("--oci", "FOLDER", "OCI image layout instead of an archive");

    /// <summary><c>--oci-tar</c>.</summary>
    public Option<string?> Tar { get; } = Flag.Text("--oci-tar", "FILE", "OCI image layout in a tar, instead of an archive");

    /// <summary>The archive that was named, or the chain of deltas that several archives form; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="archives"><c>--tar</c>.</param>
    /// <param name="parts">The folders of an archive's parts.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SourceSelection"/>: archives of different
    /// formats.</exception>
    public RelocationSource.Archive? Choose(ParseResult parsed, Option<string[]> archives, PartsInFlag parts)
    {
        string[] given = [.. (parsed.GetValue(archives) ?? []).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        return Choose(parsed, given.FirstOrDefault()) is { } first ? parts.Of(parsed, first) with { Chain = [.. given.Skip(1)] } : null;
    }

    /// <summary>The one archive that was named, in any format; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="archive">The value of <c>--tar</c>.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SourceSelection"/>: several.</exception>
    public string? Choose(ParseResult parsed, string? archive)
    {
        string?[] given = [.. ((string?[])[archive, parsed.GetText(Folder), parsed.GetText(Tar)]).Where(value => value is not null)];
        return given.Length <= 1
            ? given.FirstOrDefault()
            : throw new AirgapException(
                ErrorCode.SourceSelection, "Expected only one of --tar, --oci, or --oci-tar", "Give exactly one of them.");
    }
}
