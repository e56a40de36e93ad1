using Airgap.Oci;

namespace Airgap.Transfer.Producing;

/// <summary>A file of a bundle.</summary>
/// <param name="Path">Its path in the bundle, with either slash.</param>
/// <param name="FullPath">Its path on this machine.</param>
/// <param name="Location">The location of its declaration; null for a file found in a folder. A found file must not lead out of that
/// folder; a declared file may be outside the project.</param>
internal sealed record ContentFile(string Path, string FullPath, SourceLocation? Location = null);
