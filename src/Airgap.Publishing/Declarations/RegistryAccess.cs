using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Creating;
using Airgap.Oci.Wire;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// A project's settings for registry access: trust, time limits and attempts. Null for settings that the project does
/// not give.
/// </summary>
internal sealed record RegistryAccess
{
    /// <summary>
    /// <c>AirgapCaCertificates</c>: full paths of PEM files of certificate authorities to trust besides the system's.
    /// </summary>
    public ImmutableArray<string> CaCertificates { get; init; } = [];

    /// <summary><c>AirgapVerifyCertificates</c>: false to accept any certificate.</summary>
    public bool? VerifyCertificates { get; init; }

    /// <summary><c>AirgapCertsDirectory</c>: full path of the only folder with certificates of single hosts.</summary>
    public string? CertificatesPath { get; init; }

    /// <summary><c>AirgapRegistriesConf</c>: the registries.conf for sources, or <c>system</c>.</summary>
    public string? RegistriesConf { get; init; }

    /// <summary><c>AirgapLimitRate</c>: limits the bytes per second of each registry, in each direction.</summary>
    public ByteRates? Rates { get; init; }

    /// <summary><c>AirgapInsecure</c>: true to try plain http on every host.</summary>
    public bool? Insecure { get; init; }

    /// <summary>
    /// <c>AirgapConnectTimeout</c>: the longest wait for a connection, TLS included; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>
    /// <c>AirgapResponseHeaderTimeout</c>: the longest wait for a response's headers;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan? ResponseHeader { get; init; }

    /// <summary>
    /// <c>AirgapStallTimeout</c>: the longest wait for the next byte of a body, either way; <see cref="Timeout.InfiniteTimeSpan"/> for no
    /// limit.
    /// </summary>
    public TimeSpan? Stall { get; init; }

    /// <summary>
    /// <c>AirgapRetryCount</c>: the total number of attempts for a request that fails with a transient error, 1 or
    /// more.
    /// </summary>
    public int? Tries { get; init; }

    /// <summary>
    /// <c>AirgapLoadWait</c>: the longest total wait for an overloaded registry; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan? Load { get; init; }

    /// <summary>The same settings with full paths; a folder that is not named stays null.</summary>
    public RegistryAccess WithPaths(Func<string, string> full) => this with
    {
        CaCertificates = [.. CaCertificates.Select(full)],
        RegistriesConf = RegistriesConf is not { Length: > 0 } file ? null : file == RegistriesConfFiles.System ? file : full(file),
        CertificatesPath = CertificatesPath is { Length: > 0 } folder ? full(folder) : null,
        RepositorySettings = RepositorySettings.Length > 0 ? full(RepositorySettings) : "",
    };

    /// <summary><c>AirgapCreateRepositories</c>: true to create the repositories that a push needs.</summary>
    public bool? CreateRepositories { get; init; }

    /// <summary>
    /// <c>AirgapRepositorySettings</c>: the full path of the file with their settings; empty for the registry's defaults.
    /// </summary>
    public string RepositorySettings { get; init; } = "";

    /// <summary>How missing repositories are created; null if they are not. Reads the settings.</summary>
    /// <param name="created">Receives a sentence about each that was created.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidRepositorySettings"/>; <see cref="ErrorCode.IncompatibleOptions"/>: settings that nothing would use.
    /// </exception>
    public RepositoryCreation? ReadCreation(Action<string> created)
    {
        if (RepositorySettings.Length > 0 && CreateRepositories is null)
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, $"The settings of created repositories '{RepositorySettings}' would have no effect.",
                $"To use them, {AdviceTerms.CreateRepositories}.");
        }

        return CreateRepositories != true ? null : new RepositoryCreation
        {
            Settings = RepositorySettings.Length > 0
                ? RepositorySettingsFile.Read(RepositorySettings) : Airgap.Oci.Creating.RepositorySettings.Default,
            Created = created,
        };
    }

    /// <summary>The options, overridden by the project's settings.</summary>
    public RegistryOptions Over(RegistryOptions options) => options with
    {
        CaCertificatePaths = options.CaCertificatePaths.AddRange(CaCertificates),
        VerifyCertificates = VerifyCertificates ?? options.VerifyCertificates,
        AllowInsecure = Insecure ?? options.AllowInsecure,
        ConnectTimeout = Connect ?? options.ConnectTimeout,
        ResponseHeaderTimeout = ResponseHeader ?? options.ResponseHeaderTimeout,
        StallTimeout = Stall ?? options.StallTimeout,
        RetryCount = Tries ?? options.RetryCount,
        LoadWait = Load ?? options.LoadWait,
        HostCertificatesPath = CertificatesPath ?? options.HostCertificatesPath,
        Rates = Rates ?? options.Rates,
        RegistriesConf = RegistriesConf ?? options.RegistriesConf,
    };
}
