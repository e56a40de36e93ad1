using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Producing;

namespace Airgap.Publishing;

/// <summary>The bundle that a project makes from its content, as an item in addition to the declared ones.</summary>
/// <param name="Request">Its content.</param>
/// <param name="Item">The item to relocate after it is made.</param>
/// <param name="IsPushed">True if it is pushed to its own repository.</param>
internal sealed record ProducedContent(ProduceRequest Request, PublishItem Item, bool IsPushed)
{
    /// <summary>Reads the properties of the bundle.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="project">The project's name, used for the bundle if no repository gives a name.</param>
    /// <param name="version">The project's version, used as the tag if none is given; empty for none.</param>
    /// <param name="files">The content.</param>
    /// <param name="images">The images to pin.</param>
    /// <param name="location">The location of the content's declaration.</param>
    /// <param name="metadata">The bundle's metadata (<see cref="ContentMetadata"/>).</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepository"/> or <see cref="ErrorCode.InvalidArgument"/>: a
    /// property.</exception>
    public static ProducedContent Read(
        PublishSettings settings, string project, string version, ImmutableArray<ContentFile> files, ImmutableArray<ImageToPin> images,
        SourceLocation? location,
        IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(settings);
        bool isPushed = settings.BundleRepository.Length > 0;
        string? problem = null;
        RepositoryName? repository = isPushed ? null : ProduceRequest.NameNowhere(project);
        if (isPushed && !RepositoryName.TryParse(settings.BundleRepository, out repository, out problem))
        {
            throw new AirgapException(
                ErrorCode.InvalidRepository,
                $"The property {PropertyNames.BundleRepository} '{UserInfo.Hide(settings.BundleRepository)}' is not a repository: " +
                $"{problem}.",
                "Write HOST[:PORT]/PATH, without a tag.")
            { Location = location };
        }

        string tag = settings.BundleTag.Length > 0
            ? settings.BundleTag : version.Length > 0 ? ProduceRequest.TagOf(version) : ImageReference.DefaultTag;
        if (!ImageReference.IsTag(tag))
        {
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{tag}' is not a tag.",
                $"Set {PropertyNames.BundleTag} to letters, digits, '_', '.' and '-', 128 characters at most.")
            { Location = location };
        }

        ProduceRequest request = new()
        {
            Root = settings.ProjectDirectory,
            Files = files,
            Images = images,
            Repository = repository!,
            Tag = tag,
            Concurrency = settings.Concurrency,
        };
        string reference = ImageReference.ByTag(repository!, tag).ToString();
        return new ProducedContent(
            request, new PublishItem(PublishItemKind.Bundle, reference, metadata, location) { IsProduced = true }, isPushed);
    }
}
