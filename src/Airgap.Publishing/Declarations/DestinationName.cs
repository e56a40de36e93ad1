using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Declarations;

/// <summary>Finds the destination repository of an item.</summary>
internal static class DestinationName
{
    /// <summary>True when an item itself names its destination.</summary>
    public static bool IsWhole(PublishItem item) => (item.Value(MetadataNames.Repository) is { } repository && NamesHost(repository))
        || TemplateDestination.NamesRegistry(item.Value(MetadataNames.RepositoryTemplate));

    /// <summary>The problem with <c>AirgapRegistry</c>; null when it is empty or a destination.</summary>
    public static Diagnostic? FindProblem(PublishSettings settings)
    {
        string prefix = settings.Registry.TrimEnd('/');
        if (prefix.Length == 0)
            return null;
        string? problem = !prefix.Contains("://", StringComparison.Ordinal) && !NamesHost(prefix + "/")
            ? "it does not start with a registry's host"
            : RepositoryName.TryParse(prefix + "/any", out _, out string? reason) ? null : reason;
        return problem is null
            ? null
            : new Diagnostic(
                ErrorCode.InvalidRepository,
                $"The property {PropertyNames.Registry} '{UserInfo.Hide(settings.Registry)}' is not a destination: {problem}.",
                "Write HOST[:PORT]/PATH; a host has a dot or a port, or is localhost (index.docker.io/NAME for Docker Hub).");
    }

    /// <summary>The repository; null when neither the project nor the item names a registry.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepository"/>.</exception>
    public static RepositoryName? Resolve(PublishItem item, PublishSettings settings, string sourceName)
    {
        string? own = item.Value(MetadataNames.Repository);
        if (own is not null && NamesHost(own))
            return Parse(own, $"The Repository of the item {item.ItemName} '{item.Include}'");
        string path = own?.Trim('/') ?? sourceName;
        string prefix = settings.Registry.TrimEnd('/');
        if (prefix.Length == 0)
        {
            // Without a registry the path is not used, but it can still be invalid.
            Parse($"registry.invalid/{path}", $"The Repository of the item {item.ItemName} '{item.Include}'", own ?? path);
            return null;
        }

        return Parse($"{prefix}/{path}", $"The destination of the item {item.ItemName} '{item.Include}'");
    }

    /// <summary>The repository with the mirror's host name in the cluster; unchanged if the item gives none.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepository"/>: the value is not a
    /// host.</exception>
    public static RepositoryName? ForCluster(PublishItem item, RepositoryName? repository)
    {
        if (item.Value(MetadataNames.ClusterRegistry) is not { } host)
            return repository;
        string? problem = NamesHost(host + "/") ? null : "a host has a dot or a port, or is localhost";
        if (host.Contains('/', StringComparison.Ordinal))
            problem = "it is a host alone, without a path";
        return problem is null && RepositoryName.TryParse($"{host}/{repository?.Path ?? "any"}", out RepositoryName? name, out problem)
            ? repository is null ? null : name
            : throw new AirgapException(
                ErrorCode.InvalidRepository,
                $"The {MetadataNames.ClusterRegistry} of the item {item.ItemName} '{item.Include}' is '{UserInfo.Hide(host)}', which " +
                $"is not a registry: {problem}.",
                "Write HOST[:PORT], as nodes and kapp-controller reach the mirror.");
    }

    // Docker's rule for the first segment.
    internal static bool NamesHost(string text) =>
        text.IndexOf('/') is > 0 and int slash
        && (text.AsSpan(0, slash).ContainsAny('.', ':') || text.AsSpan(0, slash) is "localhost");

    private static RepositoryName Parse(string text, string what, string? shown = null) =>
        RepositoryName.TryParse(text, out RepositoryName? name, out string? problem)
            ? name
            : throw new AirgapException(
                ErrorCode.InvalidRepository,
                $"{what} is '{UserInfo.Hide(shown ?? text)}', which is not valid in a registry: {problem}.",
                $"Set {PropertyNames.Registry} to HOST[:PORT]/PATH and Repository to a path of lower-case letters, digits, '.', '_', '-' " +
                "and '/', without a tag.");
}
