using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing;

/// <summary>What a project declares, as a front end has read it.</summary>
/// <param name="Items">The bundles, images and locks.</param>
/// <param name="Content">The bundle that the project makes of its content; null for none.</param>
/// <param name="Settings">The properties.</param>
/// <param name="Problems">What is wrong so far.</param>
internal sealed record DeclaredProject(
    ImmutableArray<PublishItem> Items, ProducedContent? Content, PublishSettings Settings, ImmutableArray<Diagnostic> Problems);
