using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Locking;

/// <summary>The declarations with the digests that their tags are pinned to.</summary>
/// <param name="Declarations">The declarations, in their order.</param>
/// <param name="Problems">Why they must not be relocated; empty when they may.</param>
/// <param name="Lock">What the lock file has to say from now on; null to leave it alone.</param>
/// <param name="Change">What is different in it; null where no lock file is kept.</param>
internal sealed record ResolvedLock(
    ImmutableArray<Declaration> Declarations, ImmutableArray<Diagnostic> Problems, ProjectLock? Lock, LockChange? Change);
