using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing;

/// <summary>A project's declarations, as read by a front end.</summary>
/// <param name="Items">The bundles, images and locks.</param>
/// <param name="Content">The bundle that the project makes from its content; null for none.</param>
/// <param name="Settings">The properties.</param>
/// <param name="Problems">The problems so far.</param>
internal sealed record DeclaredProject(
    ImmutableArray<PublishItem> Items, ProducedContent? Content, PublishSettings Settings, ImmutableArray<Diagnostic> Problems);
