using Airgap.Oci;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>Opens an archive of any format: imgpkg's tar, or an OCI layout in a tar or folder.</summary>
internal static class AnyArchive
{
    /// <summary>Opens the archive of a source, in parts or whole, and reads its list.</summary>
    /// <exception cref="AirgapException">As <see cref="OpenAsync(ArchiveFile, CancellationToken)"/>, and those of
    /// <see cref="PartFinder.FindAsync"/> and <see cref="ChainReader.OpenTogetherAsync"/>.</exception>
    public static async Task<IArchive> OpenAsync(RelocationSource.Archive source, CancellationToken cancellationToken) =>
        !source.Chain.IsEmpty
        ? await ChainReader.OpenTogetherAsync(source, cancellationToken)
        : await OpenAsync(await PartFinder.FindAsync(source.Path, source.PartsIn, cancellationToken), cancellationToken);

    /// <summary>Opens it and reads its list.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>, <see cref="ErrorCode.ForeignArchive"/>,
    /// <see cref="ErrorCode.InvalidLayout"/>, or a 3xxx code of the file.</exception>
    public static async Task<IArchive> OpenAsync(ArchiveFile file, CancellationToken cancellationToken) =>
        await LayoutFiles.IsLayoutAsync(file, cancellationToken)
        ? await LayoutReader.OpenAsync(file, cancellationToken)
        : await ArchiveReader.OpenAsync(file, cancellationToken);
}
