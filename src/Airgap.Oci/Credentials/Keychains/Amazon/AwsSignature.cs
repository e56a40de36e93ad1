using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>Signs requests to Amazon's services.</summary>
/// <remarks>Source: AWS Signature Version 4 ("Create a signed AWS API request").</remarks>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Adds the time, the session token and the signature to a request's headers.</summary>
    /// <param name="request">The request, otherwise complete; all its headers are signed.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="keys">The keys to sign with.</param>
    /// <param name="region">The region's name.</param>
    /// <param name="service">The service's signing name, such as <c>ecr</c>.</param>
    /// <param name="now">The time of the request; the service accepts a difference of five minutes.</param>
    public static void Sign(
        HttpRequestMessage request, ReadOnlySpan<byte> body, AwsKeys keys, string region, string service, DateTimeOffset now)
    {
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string day = time[..8];
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        if (keys.SessionToken is not null)
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", keys.SessionToken);

        SortedDictionary<string, string> headers = HeadersOf(request);
        string signed = string.Join(';', headers.Keys);
        string canonical = string.Join('\n',
        [
            request.Method.Method,
            request.RequestUri!.AbsolutePath,
            QueryOf(request.RequestUri),
            .. headers.Select(header => $"{header.Key}:{header.Value}"),
            "",
            signed,
            Hex(SHA256.HashData(body)),
        ]);
        string scope = $"{day}/{region}/{service}/aws4_request";
        string toSign = string.Join('\n', Algorithm, time, scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + keys.SecretKey);
        foreach (string step in (string[])[day, region, service, "aws4_request"])
            key = Hmac(key, step);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"{Algorithm} Credential={keys.AccessKeyId}/{scope}, SignedHeaders={signed}, Signature={Hex(Hmac(key, toSign))}");
    }

    private static SortedDictionary<string, string> HeadersOf(HttpRequestMessage request)
    {
        SortedDictionary<string, string> headers = new(StringComparer.Ordinal) { ["host"] = request.RequestUri!.Authority };
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in request.Headers.NonValidated)
            headers[Lower(name)] = string.Join(',', values.Select(value => value.Trim()));
        // The length is left out: the handler decides whether it is sent.
        if (request.Content?.Headers.ContentType is { } type)
            headers["content-type"] = type.ToString();
        return headers;
    }

    private static string QueryOf(Uri uri) => string.Join('&', uri.Query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=")
        .Order(StringComparer.Ordinal));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    // The specification requires lower case.
    private static string Lower(string name) => name.ToLowerInvariant();
}
