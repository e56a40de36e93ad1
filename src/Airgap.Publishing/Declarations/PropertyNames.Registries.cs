namespace Airgap.Publishing.Declarations;

/// <content>The properties for access to registries.</content>
internal static partial class PropertyNames
{
    /// <summary>PEM files of certificate authorities to trust.</summary>
    public const string CaCertificates = "AirgapCaCertificates";

    /// <summary>The folder with certificates of single hosts.</summary>
    internal const string CertsDirectory = "AirgapCertsDirectory";

    /// <summary><c>false</c> to accept any certificate.</summary>
    public const string VerifyCertificates = "AirgapVerifyCertificates";

    /// <summary><c>true</c> to try plain http on every host.</summary>
    public const string Insecure = "AirgapInsecure";

    /// <summary>The longest wait for a connection.</summary>
    public const string ConnectTimeout = "AirgapConnectTimeout";

    /// <summary>The longest wait for a response's headers.</summary>
    public const string ResponseHeaderTimeout = "AirgapResponseHeaderTimeout";

    /// <summary>The longest wait for the next byte of a body.</summary>
    public const string StallTimeout = "AirgapStallTimeout";

    /// <summary>Attempts of a request that fails with a transient error.</summary>
    public const string RetryCount = "AirgapRetryCount";

    /// <summary>The longest total wait for an overloaded registry.</summary>
    public const string LoadWait = "AirgapLoadWait";

    /// <summary>The maximum bytes per second of each registry.</summary>
    internal const string LimitRate = "AirgapLimitRate";

    /// <summary>The registries.conf for reading sources.</summary>
    internal const string RegistriesConf = "AirgapRegistriesConf";

    /// <summary><c>true</c> to create the repositories that a push needs.</summary>
    internal const string CreateRepositories = "AirgapCreateRepositories";

    /// <summary>The file with the settings of those repositories.</summary>
    internal const string RepositorySettings = "AirgapRepositorySettings";
}
