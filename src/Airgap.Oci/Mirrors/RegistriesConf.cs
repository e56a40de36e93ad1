using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Mirrors;

/// <summary>The mirrors, locations and blocks of podman's registries.conf, version 2.</summary>
/// <remarks>Source: containers-registries.conf(5); containers/image, pkg/sysregistriesv2.</remarks>
internal sealed class RegistriesConf(ImmutableArray<RegistriesRule> rules, ImmutableArray<string> ignored)
{
    private const string DockerHub = "docker.io";

    /// <summary>The settings without effect here, each with the reason.</summary>
    public ImmutableArray<string> Ignored => ignored;

    /// <summary>The rule with the longest prefix; null for none.</summary>
    public RegistriesRule? Find(RepositoryName repository)
    {
        string name = NameOf(repository);
        return rules.Where(rule => rule.Covers(name) >= 0).MaxBy(rule => rule.Prefix.Length);
    }

    /// <summary>The repository at an endpoint of a rule.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRegistriesConf"/>: the result is not a
    /// repository.</exception>
    public static RepositoryName At(MirrorEndpoint place, RegistriesRule rule, RepositoryName repository)
    {
        if (place.Location.Length == 0)
            return repository;
        string name = NameOf(repository);
        string there = place.Location + name[rule.Covers(name)..];
        return RepositoryName.TryParse(there, out RepositoryName? found, out string? problem) ? found : throw new AirgapException(
            ErrorCode.InvalidRegistriesConf,
            $"registries.conf maps {repository} to '{there}', which is not a repository: {problem.TrimEnd('.')}.",
            "Correct the location.");
    }

    /// <summary>True if a mirror serves a reference.</summary>
    public static bool IsAsked(MirrorEndpoint mirror, bool byDigest) =>
        mirror.Use == MirrorUse.All || (mirror.Use == MirrorUse.DigestOnly) == byDigest;

    private static string NameOf(RepositoryName repository) =>
        repository.Registry == RepositoryName.DockerHub ? $"{DockerHub}/{repository.Path}" : repository.ToString();
}
