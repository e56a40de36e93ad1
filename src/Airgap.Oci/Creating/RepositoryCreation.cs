namespace Airgap.Oci.Creating;

/// <summary>How to create missing repositories before a push.</summary>
internal sealed record RepositoryCreation
{
    /// <summary>Their settings.</summary>
    public RepositorySettings Settings { get; init; } = RepositorySettings.Default;

    /// <summary>
    /// Receives a sentence about each repository or project that was created. May be called from several threads at once.
    /// </summary>
    public Action<string>? Created { get; init; }

    /// <summary>The handler for requests to clouds; null for the machine's network.</summary>
    internal Func<HttpMessageHandler>? CreateCloudHandler { get; init; }
}
