using Airgap.Transfer;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>The content that one archive adds to another.</summary>
/// <param name="Added">The images that only the second has.</param>
/// <param name="Gone">The images that only the first has.</param>
/// <param name="AddedPackages">The Packages that only the second has.</param>
/// <param name="GonePackages">The Packages that only the first has.</param>
/// <param name="Blobs">The configs and layers that the second adds.</param>
internal sealed record ReportDiff(
    IReadOnlyList<ReportAddedImage> Added, IReadOnlyList<string> Gone, IReadOnlyList<string> AddedPackages,
    IReadOnlyList<string> GonePackages, BlobCount Blobs)
{
    /// <summary>A difference as the report has it.</summary>
    public static ReportDiff Of(ArchiveDiff diff) => new(
        [.. diff.Added.Select(image =>
            new ReportAddedImage(image.Image.ToString(), image.IsBundle ? "bundle" : image.IsIndex ? "index" : "image", image.Blobs))],
        [.. diff.Gone.Select(image => image.ToString())],
        diff.AddedPackages,
        diff.GonePackages,
        diff.Blobs);
}

/// <summary>An image that an archive adds.</summary>
/// <param name="Image">By digest, where it came from.</param>
/// <param name="Kind"><c>bundle</c>, <c>index</c> or <c>image</c>.</param>
/// <param name="Blobs">The configs and layers it adds; a blob of several images counts for the first.</param>
internal sealed record ReportAddedImage(string Image, string Kind, BlobCount Blobs);
