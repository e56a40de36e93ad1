using Airgap.Oci;

namespace Airgap.Transfer.Transfers;

/// <summary>A file of an archive that this run wrote: the archive, or one of its parts, or the list of them.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Digest">Its SHA-256.</param>
internal sealed record WrittenFile(string Path, Digest Digest);
