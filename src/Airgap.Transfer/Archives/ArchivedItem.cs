
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>An item as an archive records it.</summary>
internal sealed record ArchivedItem(ImageReference Source, PlannedManifest Content, string OriginalReference, string? Tag, bool IsRoot);
