using System.CommandLine;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.CommandLine;

/// <summary><c>--parts-in</c>: where the parts of an archive lie, when they are not all beside their list.</summary>
internal sealed class PartsInFlag
{
    /// <summary>The flag.</summary>
    public Option<string[]> Option { get; } =
        Flag.Repeated("--parts-in", "FOLDER", "Folder in which parts of the archive lie, beside the one that is named");

    /// <summary>The archive that was named, with the folders of its parts.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">The archive.</param>
    public RelocationSource.Archive Of(ParseResult parsed, string path) => new(path) { PartsIn = [.. parsed.GetValue(Option) ?? []] };

    /// <summary>Refuses the flag where no archive is read.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public void CheckUnused(ParseResult parsed)
    {
        if (parsed.GetValue(Option) is { Length: > 0 })
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --parts-in can only be used with --tar or --oci-tar",
                "Leave it out: no archive is read.");
    }
}
