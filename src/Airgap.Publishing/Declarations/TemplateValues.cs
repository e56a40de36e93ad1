using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Declarations;

/// <summary>The values of a template's placeholders.</summary>
/// <param name="Base">Host and path prefix of the destination; null if unknown.</param>
/// <param name="Source">The image's source repository.</param>
/// <param name="Tag">Its tag; null for none.</param>
/// <param name="Digest">Its digest; null if not yet known.</param>
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
                $"'{UserInfo.Hide(text)}' is not a destination for a template: it must be a host, optionally with a path.",
                "Write HOST[:PORT] or HOST[:PORT]/PATH, without a tag or digest.");
        }

        int slash = trimmed.IndexOf('/');
        return new TemplateBase(name.Registry, slash < 0 ? "" : trimmed[(slash + 1)..]);
    }
}
