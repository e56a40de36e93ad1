using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Declarations;

/// <summary>What a template's placeholders stand for.</summary>
/// <param name="Base">Host and path prefix of the destination; null where none is known.</param>
/// <param name="Source">The repository that the image comes from.</param>
/// <param name="Tag">Its tag; null for none.</param>
/// <param name="Digest">Its digest; null where it is not known yet.</param>
internal sealed record TemplateValues(TemplateBase? Base, RepositoryName Source, string? Tag, Digest? Digest);

/// <summary>Host and path prefix of a destination.</summary>
/// <param name="Registry">The host.</param>
/// <param name="Prefix">The path; empty for none.</param>
internal sealed record TemplateBase(string Registry, string Prefix)
{
    /// <summary>Reads <c>HOST[:PORT][/PATH]</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepository"/>.</exception>
    public static TemplateBase Parse(string text)
    {
        string trimmed = text.TrimEnd('/');
        bool namesHost = DestinationName.NamesHost(trimmed + "/") && !trimmed.Contains("://", StringComparison.Ordinal);
        if (!namesHost || !RepositoryName.TryParse(trimmed + "/any", out RepositoryName? name, out string? problem))
        {
            throw new AirgapException(
                ErrorCode.InvalidRepository,
                $"'{UserInfo.Hide(text)}' names no destination for a template: it has to be a host, and may have a path.",
                "Write HOST[:PORT] or HOST[:PORT]/PATH, without a tag or digest.");
        }

        int slash = trimmed.IndexOf('/');
        return new TemplateBase(name.Registry, slash < 0 ? "" : trimmed[(slash + 1)..]);
    }
}
