using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>A layer's place.</summary>
/// <param name="Blob">The layer.</param>
/// <param name="HeaderOffset">Where its tar header starts, in bytes from the start of the file.</param>
/// <param name="DataOffset">Where its bytes start.</param>
internal sealed record ArchiveLayer(PlannedBlob Blob, long HeaderOffset, long DataOffset);
