using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Locking;

/// <summary>The declarations with the digests of their tags.</summary>
/// <param name="Declarations">The declarations, in their order.</param>
/// <param name="Problems">The problems that prevent relocation; empty for none.</param>
/// <param name="Lock">The new content of the lock file; null to leave it unchanged.</param>
/// <param name="Change">The changes in it; null if there is no lock file.</param>
internal sealed record ResolvedLock(
    ImmutableArray<Declaration> Declarations, ImmutableArray<Diagnostic> Problems, ProjectLock? Lock, LockChange? Change);
