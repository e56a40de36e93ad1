namespace Airgap.Oci.Wire;

/// <summary>A transient failure. It never leaves the client: after the last retry <see cref="Failure"/> is thrown.</summary>
internal sealed class TransientException(AirgapException failure, TimeSpan? retryAfter = null) : Exception(failure.Message, failure)
{
    /// <summary>The failure that the caller receives.</summary>
    public AirgapException Failure { get; } = failure;

    /// <summary>How long the server asked to wait, if it did.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
