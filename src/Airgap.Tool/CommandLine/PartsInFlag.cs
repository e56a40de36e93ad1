using System.CommandLine;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.CommandLine;

/// <summary><c>--parts-in</c>: folders with an archive's parts, when not all of them are next to their list.</summary>
internal sealed class PartsInFlag
{
    /// <summary>The flag.</summary>
    public Option<string[]> Option { get; } =
        Flag.Repeated("--parts-in", "FOLDER", "Folder with further parts of the archive, besides the archive's own folder");

    /// <summary>The archive that was named, and the folders of its parts.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">The archive.</param>
    public RelocationSource.Archive Of(ParseResult parsed, string path) => new(path) { PartsIn = [.. parsed.GetValue(Option) ?? []] };

    /// <summary>Refuses the flag when no archive is read.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public void CheckUnused(ParseResult parsed)
    {
        if (parsed.GetValue(Option) is { Length: > 0 })
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --parts-in can only be used with --tar or --oci-tar",
                "Omit it: no archive is read.");
    }
}
