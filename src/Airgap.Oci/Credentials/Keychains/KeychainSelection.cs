using Airgap.Oci.Auth;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Credentials.Keychains.Amazon;
using Airgap.Oci.Credentials.Keychains.Azure;
using Airgap.Oci.Credentials.Keychains.Google;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains;

/// <summary>The cloud keychains that the environment enables.</summary>
internal sealed class KeychainSelection
{
    private const string ActiveKeychains = "IMGPKG_ACTIVE_KEYCHAINS";
    private const string EnableAll = "IMGPKG_ENABLE_IAAS_AUTH";
    private const string GitHubToken = "GITHUB_TOKEN";

    private readonly EnvironmentVariables _environment;
    private readonly HelperCache _helpers;
    private readonly CredentialOptions _options;
    private readonly CloudClient _client;

    private KeychainSelection(EnvironmentVariables environment, HelperCache helpers, CredentialOptions options)
    {
        _environment = environment;
        _helpers = helpers;
        _options = options;
        _client = new CloudClient(options.CreateCloudHandler, options.TimeProvider);
    }

    /// <summary>Reads <c>IMGPKG_ACTIVE_KEYCHAINS</c> and the older <c>IMGPKG_ENABLE_IAAS_AUTH</c>. Makes no request.</summary>
    /// <returns>The keychains, in the order given.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.UnknownKeychain"/>.</exception>
    public static IReadOnlyList<ICredentialSource> Read(EnvironmentVariables environment, HelperCache helpers, CredentialOptions options)
    {
        KeychainSelection selection = new(environment, helpers, options);
        List<ICredentialSource> keychains = [];
        HashSet<string> active = [];
        string[] named = (environment[ActiveKeychains] ?? "").Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in named)
        {
            if (active.Add(name) && selection.Create(name) is { } keychain)
                keychains.Add(keychain);
        }

        if (string.Equals(environment[EnableAll], "true", StringComparison.OrdinalIgnoreCase))
            keychains.AddRange(selection.All(active));
        return keychains;
    }

    /// <summary>True when the environment enables a keychain.</summary>
    public static bool IsActive(EnvironmentVariables environment, string name) =>
        string.Equals(environment[EnableAll], "true", StringComparison.OrdinalIgnoreCase)
        || (environment[ActiveKeychains] ?? "").Split(',', StringSplitOptions.TrimEntries).Contains(name);

    // The user did not name them, so a keychain without credentials is not an error.
    private IEnumerable<ICredentialSource> All(HashSet<string> active)
    {
        foreach (CloudKeychain keychain in (CloudKeychain[])[Gke(), Aks(), Ecr(isRequired: false)])
        {
            if (active.Add(keychain.Name))
                yield return keychain;
        }

        if (active.Add(GitHubKeychain.Name) && GitHub() is { } gitHub)
            yield return gitHub;
    }

    // As in imgpkg, it is skipped without a token.
    private GitHubKeychain? GitHub()
    {
        if (_environment.NonEmpty(GitHubToken) is { } token)
            return new GitHubKeychain(token);
        _options.Trace?.Invoke($"keychain github is left out: {GitHubToken} is not set");
        return null;
    }

    private ICredentialSource? Create(string name) => name switch
    {
        "gke" => Gke(),
        "aks" => Aks(),
        "ecr" => Ecr(isRequired: true),
        GitHubKeychain.Name => GitHub(),
        _ => throw new AirgapException(
            ErrorCode.UnknownKeychain,
            $"Unable to load keychain for {name}, available keychains [aks, ecr, gke, github]",
            $"Correct {ActiveKeychains}."),
    };

    private CloudKeychain Gke() => Of("gke", KeychainHosts.IsGoogle, ["gcr", "gcloud"], false, new GoogleLogin(_environment, _client));

    private CloudKeychain Aks() => Of("aks", KeychainHosts.IsAzure, ["acr-env"], false, new AzureLogin(_environment, _client));

    private CloudKeychain Ecr(bool isRequired) =>
        Of("ecr", KeychainHosts.IsAmazon, ["ecr-login"], isRequired, new AmazonLogin(_environment, _client));

    private CloudKeychain Of(string name, Func<string, bool> isHost, string[] helperNames, bool isRequired, ICloudLogin login) =>
        new(name, isHost, helperNames, isRequired, _helpers, login, _options.TimeProvider, _options.Trace);
}
