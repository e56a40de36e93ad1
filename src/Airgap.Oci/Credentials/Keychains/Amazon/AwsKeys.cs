namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>What requests to Amazon are signed with.</summary>
internal sealed record AwsKeys(string AccessKeyId, string SecretKey, string? SessionToken)
{
    /// <summary>The kind, never the values.</summary>
    public override string ToString() => "AWS keys";
}

/// <summary>A place that may have keys.</summary>
internal interface IAwsKeySource
{
    /// <summary>The place's name, for a trace or a message.</summary>
    string Place { get; }

    /// <summary>Looks for keys.</summary>
    /// <param name="region">The region whose token service is asked, where one is.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Null when the place has none.</returns>
    /// <exception cref="CloudException">The place has something that cannot be used.</exception>
    Task<AwsKeys?> FindAsync(AwsRegion region, CancellationToken cancellationToken);
}
