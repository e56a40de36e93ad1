namespace Airgap.Oci.Wire;

/// <summary>A failure that may pass. It never leaves the client: when the retries are used up, <see cref="Failure"/> does.</summary>
internal sealed class TransientException(AirgapException failure, TimeSpan? retryAfter = null) : Exception(failure.Message, failure)
{
    /// <summary>What the caller is told in the end.</summary>
    public AirgapException Failure { get; } = failure;

    /// <summary>How long the server asked to wait, if it did.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
