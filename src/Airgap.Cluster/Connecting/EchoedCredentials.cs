using System.Text;
using Airgap.Oci.Wire;

namespace Airgap.Cluster.Connecting;

/// <summary>
/// Removes a request's credentials from its response: some servers and proxies echo requests, and messages show the response.
/// </summary>
internal static class EchoedCredentials
{
    // A search for every encoded form takes time for each byte, so longer responses are searched only for the plain form.
    private const int LongestSearched = 64 * 1024;
    private const int LongestShown = 1024 * 1024;

    /// <summary>The answer without them.</summary>
    /// <param name="answer">Its text in UTF-8.</param>
    /// <param name="request">The request.</param>
    /// <param name="isShown">True for a refusal, which is shown; of a success, only some fields are shown.</param>
    public static ReadOnlyMemory<byte> Remove(ReadOnlyMemory<byte> answer, HttpRequestMessage request, bool isShown)
    {
        if (request.Headers.Authorization?.Parameter is not { Length: > 0 } parameter)
            return answer;
        if (answer.Length > (isShown ? LongestShown : LongestSearched))
        {
            return answer.Span.IndexOf(Encoding.UTF8.GetBytes(parameter)) < 0
                ? answer
                : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(answer.Span).Replace(parameter, "REDACTED", StringComparison.Ordinal));
        }

        string said = Encoding.UTF8.GetString(answer.Span);
        string kept = Redaction.Echo(said, request);
        return kept == said ? answer : Encoding.UTF8.GetBytes(kept);
    }
}
