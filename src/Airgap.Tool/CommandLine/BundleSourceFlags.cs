using System.CommandLine;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags of a bundle to read: in a registry, in an archive or a chain of deltas, or in an OCI image layout.</summary>
/// <param name="what">The bundle in help, such as <c>Bundle to describe</c>.</param>
/// <param name="inArchive">The archive in help, such as <c>Archive whose bundle to describe</c>.</param>
internal sealed class BundleSourceFlags(string what, string inArchive)
{
    private readonly Option<string?> _bundle = Flag.Text(
        "--bundle", Flag.ReferenceName, $"{what}; with an archive, the one of its bundles to read", "-b");
    private readonly Option<string[]> _tar =
        Flag.Repeated("--tar", "FILE", $"{inArchive}; repeat it for a chain of deltas. Contacts no registry");
    private readonly LayoutFlags _layout = new();
    private readonly PartsInFlag _parts = new();

    /// <summary>The flags, in the order of help.</summary>
    public IEnumerable<Option> Options => [_bundle, _tar, _layout.Folder, _layout.Tar, _parts.Option];

    /// <summary>Reads the flags.</summary>
    /// <returns>The archive, or the reference of the bundle.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SourceSelection"/>: no source, or several archives.</exception>
    public (RelocationSource.Archive? Archive, string? Bundle) Read(ParseResult parsed)
    {
        RelocationSource.Archive? archive = _layout.Choose(parsed, _tar, _parts);
        string? bundle = parsed.GetText(_bundle);
        if (archive is null && bundle is null)
            throw new AirgapException(
                ErrorCode.SourceSelection, "Expected either --bundle (-b) or --tar as a source",
                "Give one of them, or of --oci and --oci-tar.");
        if (archive is null)
            _parts.CheckUnused(parsed);
        return archive is null ? (null, bundle) : (archive with { Item = bundle }, null);
    }
}
