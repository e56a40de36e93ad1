namespace Airgap.Oci.Wire;

/// <summary>Creates the failure for an unexpected response.</summary>
internal static class Refusals
{
    /// <summary>True for transient statuses; some from 499 upwards come from proxies (nginx, Cloudflare).</summary>
    public static bool IsTransient(int status) => status is 408 or 425 or 429 or 499 or 500 or 502 or 503 or 504 or (>= 520 and <= 524);

    /// <summary>True for the statuses of an overloaded server or proxy, after which requests wait and retry.</summary>
    public static bool IsLoad(int status) => status is 429 or 502 or 503;

    /// <summary>True for the statuses of a permanent refusal.</summary>
    public static bool IsFinal(int status) => status is >= 400 and < 500 && !IsTransient(status);

    /// <summary>
    /// The failure: <see cref="TransientException"/> if it is transient, else <see cref="AirgapException"/>.
    /// </summary>
    /// <param name="response">The answer.</param>
    /// <param name="kind">The kind of request.</param>
    /// <param name="operation">Its purpose.</param>
    /// <param name="options">Its clock and limits.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="credentials">The source of the request's credentials; null if unknown.</param>
    public static async Task<Exception> ReadAsync(
        HttpResponseMessage response, RequestKind kind, Operation operation, RegistryOptions options, CancellationToken cancellationToken,
        UsedCredentials? credentials = null)
    {
        ErrorBody body = await ErrorBody.ReadAsync(response, options.TimeProvider, options.ResponseHeaderTimeout, cancellationToken);
        int status = (int)response.StatusCode;
        HttpRequestMessage request = response.RequestMessage!;
        string said = body.Code.Length > 0
            ? body.Text : $"unexpected status code {status} {Phrase(response)}{(body.Text.Length > 0 ? ": " + body.Text : "")}";
        said = Redaction.Echo(said, request);
        ErrorCode code = CodeOf(status, body, kind);
        AirgapException failure = operation.Failed(
            code,
            $"{request.Method} {Redaction.Url(request.RequestUri!)}: {said}{credentials?.Tell(code)}",
            credentials?.Advise(code) ?? AdviceOf(code, request.RequestUri!.Authority, status),
            status: status);
        return IsTransient(status) ? new TransientException(failure, RetryAfter(response, options.TimeProvider)) : failure;
    }

    /// <summary>The advice for a refusal.</summary>
    /// <param name="code">The code.</param>
    /// <param name="host">The host that refused.</param>
    /// <param name="status">The status, or 0.</param>
    public static string AdviceOf(ErrorCode code, string host, int status = 0) => code switch
    {
        ErrorCode.Unauthorized =>
            $"Give credentials for {host}: log in with docker or podman, or set IMGPKG_REGISTRY_HOSTNAME, _USERNAME and _PASSWORD.",
        ErrorCode.Forbidden => $"Obtain the right to the repository on {host}, or use other credentials.",
        ErrorCode.ManifestUnknown => $"Check the name, and the tag or digest; see {AdviceTerms.TagList}.",
        ErrorCode.BlobUnknown => "The repository lacks a part of the image: push or relocate the image again.",
        ErrorCode.RepositoryUnknown =>
            $"Check the repository's name. If it, or its project, has to be created on {host} first, create it or " +
            $"{AdviceTerms.CreateRepositories}.",
        ErrorCode.TooManyRequests => $"Try again later, log in for a higher limit, lower the concurrency, or allow {AdviceTerms.LoadWait}.",
        ErrorCode.RegistryFailed when IsLoad(status) =>
            $"Try again, or allow {AdviceTerms.LoadWait}; if it persists, see the log of {host}.",
        ErrorCode.RegistryFailed => $"Try again; if it persists, see the log of {host}.",
        ErrorCode.TagImmutable => "Use a new tag, or configure the registry to allow moving this one.",
        ErrorCode.QuotaExceeded => $"Free some space on {host}, or have the quota raised; content that has arrived is not sent again.",
        ErrorCode.ReadOnlyRepository => $"Use a repository that takes pushes; {host} may be a mirror, or under maintenance.",
        _ => $"See the response of {host}.",
    };

    private static ErrorCode CodeOf(int status, ErrorBody body, RequestKind kind)
    {
        if (kind == RequestKind.ManifestPut && status is >= 400 and < 500 and not (401 or 404 or 429)
            && body.Text.Contains("immutable", StringComparison.OrdinalIgnoreCase))
            return ErrorCode.TagImmutable;
        if (kind is RequestKind.UploadPost or RequestKind.UploadPut or RequestKind.UploadPatch or RequestKind.ManifestPut)
        {
            if (status == 507 || (status is >= 400 and < 500 and not (401 or 429)
                && body.Text.Contains("quota", StringComparison.OrdinalIgnoreCase)))
                return ErrorCode.QuotaExceeded;
            // Distribution and Quay answer 405, Harbor 403.
            if ((status == 405 && kind is RequestKind.UploadPost or RequestKind.ManifestPut)
                || (status is 403 or 405 && SaysReadOnly(body.Text)))
                return ErrorCode.ReadOnlyRepository;
        }

        ErrorCode? byStatus = status switch
        {
            401 => ErrorCode.Unauthorized,
            403 => ErrorCode.Forbidden,
            429 => ErrorCode.TooManyRequests,
            >= 500 => ErrorCode.RegistryFailed,
            _ => null,
        };
        return byStatus ?? body.Code switch
        {
            "UNAUTHORIZED" => ErrorCode.Unauthorized,
            "DENIED" => ErrorCode.Forbidden,
            "TOOMANYREQUESTS" => ErrorCode.TooManyRequests,
            "NAME_UNKNOWN" => ErrorCode.RepositoryUnknown,
            "MANIFEST_UNKNOWN" => ErrorCode.ManifestUnknown,
            "BLOB_UNKNOWN" or "MANIFEST_BLOB_UNKNOWN" => ErrorCode.BlobUnknown,
            _ when status == 404 && kind == RequestKind.BlobGet => ErrorCode.BlobUnknown,
            _ when status == 404 && kind == RequestKind.Tags => ErrorCode.RepositoryUnknown,
            _ => ErrorCode.RegistryRefused,
        };
    }

    private static bool SaysReadOnly(string text) =>
        text.Contains("read-only", StringComparison.OrdinalIgnoreCase) || text.Contains("read only", StringComparison.OrdinalIgnoreCase);

    /// <summary>The pause that a response asks for; null for none.</summary>
    /// <remarks>
    /// 0, or a time before our clock's, requests no pause; our own growing pauses then spare an overloaded server.
    /// </remarks>
    /// <param name="response">The response.</param>
    /// <param name="clock">The clock.</param>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock)
    {
        if (response.Headers.RetryAfter is not { } header)
            return null;
        TimeSpan? wait = header.Delta ?? (header.Date is { } date ? date - clock.GetUtcNow() : null);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static string Phrase(HttpResponseMessage response) => string.IsNullOrEmpty(response.ReasonPhrase)
        ? response.StatusCode.ToString()
        : response.ReasonPhrase;
}
