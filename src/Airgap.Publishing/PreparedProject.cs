using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Producing;

namespace Airgap.Publishing;

/// <summary>
/// A project whose bundle is made and whose items are read: the input of the stages after
/// <see cref="ProjectPublisher.PrepareAsync"/>.
/// </summary>
/// <param name="Declared">The project.</param>
/// <param name="Bundle">The bundle made from its content; null if none was requested.</param>
/// <param name="Publisher">Relocates its items, including the bundle.</param>
/// <param name="Publish">Its items; null if there are problems.</param>
/// <param name="Problems">All problems.</param>
/// <param name="Warnings">Warnings about the bundle's content.</param>
internal sealed record PreparedProject(
    DeclaredProject Declared, ProducedBundle? Bundle, Publisher Publisher, PreparedPublish? Publish, ImmutableArray<Diagnostic> Problems,
    ImmutableArray<Diagnostic> Warnings) : IDisposable
{
    /// <summary>True if the bundle is to be pushed to its own repository.</summary>
    public bool PushesBundle => Bundle is not null && Declared.Content is { IsPushed: true };

    /// <inheritdoc/>
    public void Dispose() => Bundle?.Dispose();
}
