using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>A layer's position.</summary>
/// <param name="Blob">The layer.</param>
/// <param name="HeaderOffset">The offset of its tar header in the file.</param>
/// <param name="DataOffset">The offset of its bytes.</param>
internal sealed record ArchiveLayer(PlannedBlob Blob, long HeaderOffset, long DataOffset);
