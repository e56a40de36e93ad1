using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Producing;

/// <summary>What came of a request: a bundle, or all that is wrong with what it was to be made of.</summary>
/// <param name="Bundle">The bundle, which the caller disposes; null where there is a problem.</param>
/// <param name="Problems">Everything that is wrong, files first.</param>
/// <param name="Warnings">What the user should know.</param>
internal sealed record ProduceResult(ProducedBundle? Bundle, ImmutableArray<Diagnostic> Problems, ImmutableArray<Diagnostic> Warnings);
