using System.Diagnostics.CodeAnalysis;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Trusting;

/// <summary>
/// The location that a rule applies to, including everything below it: a host, a namespace or a repository, each in one spelling. Docker's
/// rules for short names apply as for images.
/// </summary>
internal static class TrustScope
{
    private const string Official = "library/";

    /// <summary>Reads the Include of an item.</summary>
    /// <param name="include">Such as <c>registry.example/**</c>, <c>docker.io/vendor</c> or <c>ubuntu</c>.</param>
    /// <param name="place">The location, or null.</param>
    /// <param name="problem">Why the text is not a location, as the end of a sentence; null on success.</param>
    public static bool TryParse(string include, [NotNullWhen(true)] out string? place, [NotNullWhen(false)] out string? problem)
    {
        string text = include.Trim();
        foreach (string ending in new[] { "/**", "/*", "/" })
        {
            if (text.EndsWith(ending, StringComparison.Ordinal))
                text = text[..^ending.Length];
        }

        (place, problem) = (text is "**" or "*" or TrustItem.Everywhere ? TrustItem.Everywhere : null, null);
        if (place is not null)
            return true;
        if (text.AsSpan().ContainsAny("*?@ "))
        {
            problem = "only '/**' at its end may stand for others";
            return false;
        }

        bool isHost = !text.Contains('/') && (text.AsSpan().ContainsAny(".:") || text == "localhost");
        if (!RepositoryName.TryParse(isHost ? text + "/x" : text, out RepositoryName? name, out problem))
            return false;
        string host = NormalizedHost.Of(name.Registry);
        // A single name of Docker Hub may be an official image or a namespace; it means both.
        bool isShort = name.Registry == RepositoryName.DockerHub && !text.Contains(Official, StringComparison.Ordinal);
        string path = isShort && name.Path.StartsWith(Official, StringComparison.Ordinal) ? name.Path[Official.Length..] : name.Path;
        place = isHost ? host : $"{host}/{path}";
        return true;
    }

    /// <summary>The locations that contain a repository, the most specific first.</summary>
    public static IEnumerable<string> Of(RepositoryName repository)
    {
        string host = NormalizedHost.Of(repository.Registry);
        string path = repository.Path;
        yield return $"{host}/{path}";
        if (host == RepositoryName.DockerHub && path.StartsWith(Official, StringComparison.Ordinal))
            yield return $"{host}/{path[Official.Length..]}";
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return $"{host}/{path[..slash]}";
        yield return host;
        yield return TrustItem.Everywhere;
    }
}
