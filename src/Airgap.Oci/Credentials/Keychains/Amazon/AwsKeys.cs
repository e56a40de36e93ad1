namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>The keys that sign requests to Amazon.</summary>
internal sealed record AwsKeys(string AccessKeyId, string SecretKey, string? SessionToken)
{
    /// <summary>Only the kind, never the values.</summary>
    public override string ToString() => "AWS keys";
}

/// <summary>A possible source of keys.</summary>
internal interface IAwsKeySource
{
    /// <summary>The source's name, for a trace or a message.</summary>
    string Place { get; }

    /// <summary>Searches for keys.</summary>
    /// <param name="region">The region of the token service, if that is used.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>Null when the source has none.</returns>
    /// <exception cref="CloudException">The source has keys that cannot be used.</exception>
    Task<AwsKeys?> FindAsync(AwsRegion region, CancellationToken cancellationToken);
}
