using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Producing;

/// <summary>The result of a request: a bundle, or all problems of its content.</summary>
/// <param name="Bundle">The bundle, which the caller disposes; null if there is a problem.</param>
/// <param name="Problems">All problems, files first.</param>
/// <param name="Warnings">The warnings.</param>
internal sealed record ProduceResult(ProducedBundle? Bundle, ImmutableArray<Diagnostic> Problems, ImmutableArray<Diagnostic> Warnings);
