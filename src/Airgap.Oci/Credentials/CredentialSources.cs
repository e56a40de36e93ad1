using Airgap.Oci.Auth;
using Airgap.Oci.Credentials.Docker;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Credentials.Keychains;
using Airgap.Oci.Credentials.Variables;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials;

/// <summary>Where credentials come from.</summary>
public static class CredentialSources
{
    /// <summary>
    /// imgpkg's sources in imgpkg's order: the <c>IMGPKG_REGISTRY_*</c> sets, the keychains of
    /// <c>IMGPKG_ACTIVE_KEYCHAINS</c>, flags and the variables <c>IMGPKG_USERNAME</c>, <c>IMGPKG_PASSWORD</c>,
    /// <c>IMGPKG_TOKEN</c> and <c>IMGPKG_ANON</c>, docker's config, podman's. The first source with credentials for a
    /// repository decides. No file is read and no program is started before the first look-up.
    /// </summary>
    /// <remarks>
    /// Departures from imgpkg: a keychain asks the cloud's credential helper program first, if it is on the PATH;
    /// credentials that docker's config records under a path go only to repositories below that path; a helper's
    /// failure is reported at once for a missing program or a timeout, and otherwise after three attempts.
    /// </remarks>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidEnvironment"/>: an <c>IMGPKG_REGISTRY_*</c> variable that is unknown.
    /// <see cref="ErrorCode.UnknownKeychain"/>: a keychain that does not exist.
    /// </exception>
    public static ICredentialSource CreateDefault(CredentialOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        EnvironmentVariables environment = EnvironmentVariables.Capture(options.Environment);
        HelperCache helpers = new(new CredentialHelper(environment, options));
        List<ICredentialSource> sources = [new HostSetSource(HostSetReader.Read(environment, options.Trace))];
        sources.AddRange(KeychainSelection.Read(environment, helpers, options));
        sources.Add(FlagSource.Create(options, environment));
        foreach (DockerConfigFile file in DockerConfigLocations.All(environment, options.WorkingDirectory))
            sources.Add(new DockerConfigSource(file, helpers));
        return new CredentialChain(sources, options.Trace);
    }
}
