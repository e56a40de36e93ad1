namespace Airgap.Transfer.Plans;

/// <summary>The formats in which images are written to a disk.</summary>
internal enum ArchiveFormat
{
    /// <summary>imgpkg's tar.</summary>
    Imgpkg,

    /// <summary>An OCI image layout in one tar, as <c>oci-archive:</c> names it.</summary>
    LayoutTar,

    /// <summary>An OCI image layout in a folder, as <c>oci:</c> names it.</summary>
    LayoutFolder,
}
