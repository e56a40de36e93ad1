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
    /// The environment's variables, copied when the sources are made; null for the process's. Credential helpers get it too.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>
    /// The folder that relative paths in <c>DOCKER_CONFIG</c> and <c>REGISTRY_AUTH_FILE</c> start from; null for the process's.
    /// </summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// Receives the name of the source that answered for a repository, never a secret; null for none. May be called from several threads at
    /// once.
    /// </summary>
    public Action<string>? Trace { get; init; }

    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What requests to clouds go through; null for the machine's network.</summary>
    internal Func<HttpMessageHandler>? CreateCloudHandler { get; init; }

    internal TimeSpan HelperTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The kind of what is given, never the values.</summary>
    public override string ToString() => nameof(CredentialOptions);
}
