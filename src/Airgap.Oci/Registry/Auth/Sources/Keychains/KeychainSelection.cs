using Airgap.Oci.Registry.Auth.Sources.Helpers;
using Airgap.Oci.Registry.Auth.Sources.Variables;

namespace Airgap.Oci.Registry.Auth.Sources.Keychains;

/// <summary>The clouds' keychains that the environment turns on.</summary>
internal static class KeychainSelection
{
    private const string ActiveKeychains = "IMGPKG_ACTIVE_KEYCHAINS";
    private const string EnableAll = "IMGPKG_ENABLE_IAAS_AUTH";
    private const string GitHubToken = "GITHUB_TOKEN";

    /// <summary>Reads <c>IMGPKG_ACTIVE_KEYCHAINS</c> and the older <c>IMGPKG_ENABLE_IAAS_AUTH</c>.</summary>
    /// <returns>The keychains, in the order in which they are named.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.UnknownKeychain"/>; <see cref="ErrorCode.InvalidEnvironment"/>: <c>github</c> without <c>GITHUB_TOKEN</c>.</exception>
    public static IReadOnlyList<ICredentialSource> Read(EnvironmentVariables environment, HelperCache helpers, Action<string>? trace)
    {
        List<ICredentialSource> keychains = [];
        HashSet<string> active = [];
        string[] named = (environment[ActiveKeychains] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in named)
        {
            if (active.Add(name))
                keychains.Add(Create(name, environment, helpers, trace));
        }

        if (string.Equals(environment[EnableAll], "true", StringComparison.OrdinalIgnoreCase))
            keychains.AddRange(All(active, environment, helpers, trace));
        return keychains;
    }

    // Nobody named them, so that what one of them lacks is no failure: it stays out.
    private static IEnumerable<ICredentialSource> All(HashSet<string> active, EnvironmentVariables environment, HelperCache helpers, Action<string>? trace)
    {
        foreach (HelperKeychain keychain in (HelperKeychain[])[Gke(helpers, trace), Aks(helpers, trace), Ecr(helpers, isRequired: false, trace)])
        {
            if (active.Add(keychain.Name))
                yield return keychain;
        }

        if (!active.Add(GitHubKeychain.Name))
            yield break;
        if (environment.NonEmpty(GitHubToken) is { } token)
            yield return new GitHubKeychain(token);
        else
            trace?.Invoke($"keychain github is left out: {GitHubToken} is not set");
    }

    private static ICredentialSource Create(string name, EnvironmentVariables environment, HelperCache helpers, Action<string>? trace) => name switch
    {
        "gke" => Gke(helpers, trace),
        "aks" => Aks(helpers, trace),
        "ecr" => Ecr(helpers, isRequired: true, trace),
        GitHubKeychain.Name => new GitHubKeychain(environment.NonEmpty(GitHubToken) ?? throw new AirgapException(
            ErrorCode.InvalidEnvironment,
            $"{ActiveKeychains} names github and {GitHubToken} is not set.",
            $"Set {GitHubToken} to a token that may read packages, or take github out of {ActiveKeychains}.")),
        _ => throw new AirgapException(
            ErrorCode.UnknownKeychain,
            $"Unable to load keychain for {name}, available keychains [aks, ecr, gke, github]",
            $"Mend {ActiveKeychains}."),
    };

    private static HelperKeychain Gke(HelperCache helpers, Action<string>? trace) => new("gke", KeychainHosts.IsGoogle, ["gcr", "gcloud"], false, helpers, trace);

    private static HelperKeychain Aks(HelperCache helpers, Action<string>? trace) => new("aks", KeychainHosts.IsAzure, ["acr-env"], false, helpers, trace);

    private static HelperKeychain Ecr(HelperCache helpers, bool isRequired, Action<string>? trace) =>
        new("ecr", KeychainHosts.IsAmazon, ["ecr-login"], isRequired, helpers, trace);
}
