using System.Collections.Immutable;
using Airgap.Oci.Wire;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// How a project reaches registries: whom it trusts, how long it waits, how often it tries. Null where the project says nothing.
/// </summary>
internal sealed record RegistryAccess
{
    /// <summary><c>AirgapCaCertificates</c>: full paths of PEM files of certificate authorities to trust beside the system's.</summary>
    public ImmutableArray<string> CaCertificates { get; init; } = [];

    /// <summary><c>AirgapVerifyCertificates</c>: false to take any certificate.</summary>
    public bool? VerifyCertificates { get; init; }

    /// <summary><c>AirgapInsecure</c>: true to try plain http on every host.</summary>
    public bool? Insecure { get; init; }

    /// <summary>
    /// <c>AirgapConnectTimeout</c>: the longest wait for a connection, TLS included; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>
    /// <c>AirgapResponseHeaderTimeout</c>: the longest wait for the headers of an answer; <see cref="Timeout.InfiniteTimeSpan"/> for no
    /// limit.
    /// </summary>
    public TimeSpan? ResponseHeader { get; init; }

    /// <summary>
    /// <c>AirgapStallTimeout</c>: the longest wait for the next byte of a body, either way; <see cref="Timeout.InfiniteTimeSpan"/> for no
    /// limit.
    /// </summary>
    public TimeSpan? Stall { get; init; }

    /// <summary><c>AirgapRetryCount</c>: tries in all of a request that fails with a transient error, 1 or more.</summary>
    public int? Tries { get; init; }

    /// <summary>
    /// <c>AirgapLoadWait</c>: the longest total wait for an overloaded registry; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan? Load { get; init; }

    /// <summary>The options with what the project says in place of theirs.</summary>
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
    };
}
