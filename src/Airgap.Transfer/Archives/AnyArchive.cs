using Airgap.Oci;
using Airgap.Transfer.Archives.Layouts;

namespace Airgap.Transfer.Archives;

/// <summary>Opens what is on the disk by what it is: imgpkg's tar, or an OCI layout in a tar or folder.</summary>
internal static class AnyArchive
{
    /// <summary>Opens it and reads what it lists.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>, <see cref="ErrorCode.ForeignArchive"/>, <see cref="ErrorCode.InvalidLayout"/>, or a 3xxx code of the file.</exception>
    public static async Task<IArchive> OpenAsync(string path, CancellationToken cancellationToken) => await LayoutFiles.IsLayoutAsync(path, cancellationToken)
        ? await LayoutReader.OpenAsync(path, cancellationToken)
        : await ArchiveReader.OpenAsync(path, cancellationToken);
}
