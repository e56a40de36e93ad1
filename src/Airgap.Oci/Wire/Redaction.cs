using System.Text;

namespace Airgap.Oci.Wire;

/// <summary>Removes secrets from output. Anything not known to be harmless is hidden.</summary>
internal static class Redaction
{
    /// <summary>The option with the secret in a request's body.</summary>
    public static readonly HttpRequestOptionsKey<string> BodySecret = new("secret");

    /// <summary>The option with the password of a request's proxy.</summary>
    public static readonly HttpRequestOptionsKey<string> ProxySecret = new("proxy");

    private const string Hidden = "REDACTED";

    // Parameters of the distribution and token specifications; a signed storage URL has none of them.
    private static readonly HashSet<string> s_harmlessParameters =
        new(StringComparer.OrdinalIgnoreCase) { "n", "last", "mount", "from", "digest", "service", "scope" };

    private static readonly HashSet<string> s_secretHeaders =
        new(StringComparer.OrdinalIgnoreCase) { "Authorization", "Proxy-Authorization", "Proxy-Authenticate", "Authentication-Info",
            "Cookie", "Set-Cookie" };

    private static readonly HashSet<string> s_urlHeaders =
        new(StringComparer.OrdinalIgnoreCase) { "Location", "Content-Location", "Link", "Refresh" };

    /// <summary>A URL without user information, and with the values of unknown query parameters hidden.</summary>
    public static string Url(Uri uri)
    {
        string text = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return uri.Query.Length > 1 ? text + "?" + Query(uri.Query.AsSpan(1)) : text;
    }

    /// <summary>A header's value, made safe to show.</summary>
    public static string Header(string name, string value)
    {
        if (s_secretHeaders.Contains(name) || name.Contains("token", StringComparison.OrdinalIgnoreCase)
            || name.Contains("secret", StringComparison.OrdinalIgnoreCase))
            return Hidden;
        if (!s_urlHeaders.Contains(name))
            return value;
        if (Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
            return Url(uri!);
        int question = value.IndexOf('?');
        return question < 0 ? value : value[..(question + 1)] + Query(value.AsSpan(question + 1));
    }

    /// <summary>
    /// The text of a server or proxy without the request's credentials, since some repeat what they received.
    /// </summary>
    public static string Echo(string text, HttpRequestMessage request)
    {
        foreach (string secret in SecretsOf(request))
            text = EchoedSecret.Remove(text, secret);
        return text;
    }

    private static IEnumerable<string> SecretsOf(HttpRequestMessage request)
    {
        if (request.Options.TryGetValue(BodySecret, out string? sent))
            yield return sent;
        if (request.Options.TryGetValue(ProxySecret, out string? proxy))
            yield return proxy;
        if (request.Headers.Authorization is not { Parameter: { } parameter } authorization)
            yield break;
        yield return parameter;
        byte[] bytes = new byte[parameter.Length];
        if (authorization.Scheme != "Basic" || !Convert.TryFromBase64String(parameter, bytes, out int length))
            yield break;
        string pair = Encoding.UTF8.GetString(bytes, 0, length);
        yield return pair[(pair.IndexOf(':') + 1)..];
    }

    private static string Query(ReadOnlySpan<char> query)
    {
        StringBuilder text = new();
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> parameter = query[range];
            if (text.Length > 0)
                text.Append('&');
            int equals = parameter.IndexOf('=');
            if (equals < 0)
                text.Append(parameter.IsEmpty ? "" : Hidden);
            else if (s_harmlessParameters.Contains(parameter[..equals].ToString()))
                text.Append(parameter);
            else
                text.Append(parameter[..equals]).Append('=').Append(Hidden);
        }

        return text.ToString();
    }
}
