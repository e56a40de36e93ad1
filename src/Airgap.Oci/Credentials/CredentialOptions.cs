namespace Airgap.Oci.Credentials;

/// <summary>
/// The input of the default credential sources: the tool's <c>--registry-*</c> flags and the environment. MSBuild leaves the
/// flags empty, since properties are recorded in logs.
/// </summary>
public sealed record CredentialOptions
{
    /// <summary>The user name for every registry; null or empty for <c>IMGPKG_USERNAME</c>.</summary>
    public string? UserName { get; init; }

    /// <summary>The password for every registry; null or empty for <c>IMGPKG_PASSWORD</c>.</summary>
    public string? Password { get; init; }

    /// <summary>The bearer token for every registry; null or empty for <c>IMGPKG_TOKEN</c>.</summary>
    public string? Token { get; init; }

    /// <summary>True to use no credentials; false to follow <c>IMGPKG_ANON</c> (only the exact text <c>true</c> counts).</summary>
    public bool Anonymous { get; init; }

    /// <summary>
    /// The environment variables, copied when the sources are created; null for the process's. Credential helpers also
    /// receive them.
    /// </summary>
    internal IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>
    /// The base folder of relative paths in <c>DOCKER_CONFIG</c> and <c>REGISTRY_AUTH_FILE</c>; null for the process's
    /// working folder.
    /// </summary>
    internal string? WorkingDirectory { get; init; }

    /// <summary>
    /// Receives the name of the source that answered for a repository, never a secret; null for no trace. May be called
    /// from several threads at once.
    /// </summary>
    internal Action<string>? Trace { get; init; }

    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The handler for requests to clouds; null for the machine's network.</summary>
    internal Func<HttpMessageHandler>? CreateCloudHandler { get; init; }

    internal TimeSpan HelperTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The kinds of the given credentials, never their values.</summary>
    public override string ToString() => nameof(CredentialOptions);
}
