using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Declarations;

/// <summary>Finds the template of an item, and the repository that it makes from the item itself.</summary>
internal static class TemplateDestination
{
    /// <summary>The template: the item's, or the project's if the item names no repository; null for none.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepositoryTemplate"/>,
    /// <see cref="ErrorCode.TemplateNotApplicable"/>.</exception>
    public static RepositoryTemplate? Read(PublishItem item, PublishSettings settings)
    {
        string? own = item.Value(MetadataNames.RepositoryTemplate);
        bool isNamed = item.Value(MetadataNames.Repository) is not null;
        if (own is not null && isNamed)
            throw NotApplicable(item, $"has both {MetadataNames.Repository} and {MetadataNames.RepositoryTemplate}",
                "Omit one of them.");
        string text = own ?? (isNamed ? "" : settings.RepositoryTemplate);
        return text.Length == 0 ? null : RepositoryTemplate.Parse(text);
    }

    /// <summary>True when a template itself names the registry.</summary>
    public static bool NamesRegistry(string? template) => template is { Length: > 0 } && template[0] != '{';

    /// <summary>
    /// The repository of the item itself; null if the template needs a registry and the project names none.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TemplateNotApplicable"/>,
    /// <see cref="ErrorCode.TemplateNameInvalid"/>.</exception>
    public static RepositoryName? Resolve(
        PublishItem item, PublishSettings settings, RepositoryTemplate template, ImageReference? reference, string? tag)
    {
        if (reference is null)
            throw NotApplicable(item, "is a list of images, which has no single source",
                $"Give it a {MetadataNames.Repository}, or copy the list with the tool.");
        if (template.NeedsDigest && reference.Digest is null)
            throw NotApplicable(item, $"is named by its tag, but the template '{template}' uses its digest",
                "Name the item by its digest, or remove {digest}.");
        if (template.NeedsBase && settings.Registry.Length == 0)
            return null;
        return template.Resolve(new TemplateValues(BaseOf(settings), reference.Repository, tag, reference.Digest));
    }

    /// <summary>Host and prefix of the destination; null if the project names none.</summary>
    public static TemplateBase? BaseOf(PublishSettings settings) =>
        settings.Registry.Length == 0 ? null : TemplateBase.Parse(settings.Registry);

    private static AirgapException NotApplicable(PublishItem item, string what, string advice) =>
        new(ErrorCode.TemplateNotApplicable, $"The item {item.ItemName} '{UserInfo.Hide(item.Include)}' {what}.", advice);
}
