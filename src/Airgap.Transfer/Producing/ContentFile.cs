using Airgap.Oci;

namespace Airgap.Transfer.Producing;

/// <summary>A file that goes into a bundle.</summary>
/// <param name="Path">Its path in the bundle, with either slash.</param>
/// <param name="FullPath">Its path on this machine.</param>
/// <param name="Location">Where it is declared; null where it was found in a folder, which it may not lead out of. One that is declared may
/// stand beside the project.</param>
internal sealed record ContentFile(string Path, string FullPath, SourceLocation? Location = null);
