using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Producing;

namespace Airgap.Publishing;

/// <summary>
/// A project whose bundle is made and whose items are read: what the stages after <see cref="ProjectPublisher.PrepareAsync"/> take.
/// </summary>
/// <param name="Declared">The project.</param>
/// <param name="Bundle">The bundle that was made of its content; null where none was wanted.</param>
/// <param name="Publisher">Relocates its items; knows the bundle.</param>
/// <param name="Publish">Its items; null where something is wrong.</param>
/// <param name="Problems">Every problem.</param>
/// <param name="Warnings">Warnings of the bundle's content.</param>
internal sealed record PreparedProject(
    DeclaredProject Declared, ProducedBundle? Bundle, Publisher Publisher, PreparedPublish? Publish, ImmutableArray<Diagnostic> Problems,
    ImmutableArray<Diagnostic> Warnings) : IDisposable
{
    /// <summary>True when the bundle is to be pushed to a repository of its own.</summary>
    public bool PushesBundle => Bundle is not null && Declared.Content is { IsPushed: true };

    /// <inheritdoc/>
    public void Dispose() => Bundle?.Dispose();
}
