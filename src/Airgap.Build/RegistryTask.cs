using Airgap.Publishing.Declarations;

namespace Airgap.Build;

/// <summary>A task that asks registries, and the properties that say how they are reached.</summary>
public abstract class RegistryTask : AirgapTask
{
    // The tasks are this package's alone.
    private protected RegistryTask()
    {
    }

    /// <summary>The property of that name; text, so that a wrong value has our code and the project's place.</summary>
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

    /// <summary>The value of a property of <see cref="RegistryAccess"/>; null for any other, and where it is not set.</summary>
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
        _ => null,
    };
}
