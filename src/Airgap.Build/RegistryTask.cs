using Airgap.Publishing.Declarations;

namespace Airgap.Build;

/// <summary>A task that contacts registries, and the properties for registry access.</summary>
public abstract class RegistryTask : AirgapTask
{
    // Only this package derives tasks.
    private protected RegistryTask()
    {
    }

    /// <summary>
    /// The property of that name; text, so that an invalid value is reported with our code and the project's location.
    /// </summary>
    public string? AirgapCaCertificates { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapVerifyCertificates { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapInsecure { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapConnectTimeout { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapResponseHeaderTimeout { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapStallTimeout { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapRetryCount { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapLoadWait { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapCertsDirectory { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapLimitRate { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapRegistriesConf { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapCreateRepositories { get; set; }

    /// <inheritdoc cref="AirgapCaCertificates"/>
    public string? AirgapRepositorySettings { get; set; }

    /// <summary>
    /// The value of a property of <see cref="RegistryAccess"/>; null for any other property, and if it is not set.
    /// </summary>
    internal string? AccessProperty(string name) => name switch
    {
        PropertyNames.CaCertificates => AirgapCaCertificates,
        PropertyNames.VerifyCertificates => AirgapVerifyCertificates,
        PropertyNames.Insecure => AirgapInsecure,
        PropertyNames.ConnectTimeout => AirgapConnectTimeout,
        PropertyNames.ResponseHeaderTimeout => AirgapResponseHeaderTimeout,
        PropertyNames.StallTimeout => AirgapStallTimeout,
        PropertyNames.RetryCount => AirgapRetryCount,
        PropertyNames.LoadWait => AirgapLoadWait,
        PropertyNames.CertsDirectory => AirgapCertsDirectory,
        PropertyNames.LimitRate => AirgapLimitRate,
        PropertyNames.RegistriesConf => AirgapRegistriesConf,
        PropertyNames.CreateRepositories => AirgapCreateRepositories,
        PropertyNames.RepositorySettings => AirgapRepositorySettings,
        _ => null,
    };
}
