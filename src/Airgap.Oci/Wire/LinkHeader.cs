using System.Net.Http.Headers;

namespace Airgap.Oci.Wire;

/// <summary>Reads Link headers.</summary>
/// <remarks>Source: RFC 8288, section 3; OCI distribution specification, "Listing Tags".</remarks>
internal static class LinkHeader
{
    /// <summary>The target of a response's link to the next page, or null.</summary>
    public static string? Next(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out HeaderStringValues values))
            return null;
        foreach (string value in values)
        {
            if (Next(value) is { } next)
                return next;
        }

        return null;
    }

    /// <summary>The target of the first link with the relation <c>next</c>, or null. Never fails.</summary>
    public static string? Next(string header)
    {
        int at = 0;
        while (at < header.Length)
        {
            int open = header.IndexOf('<', at);
            int close = open < 0 ? -1 : header.IndexOf('>', open);
            if (close < 0)
                return null;
            string target = header[(open + 1)..close].Trim();
            at = close + 1;
            string parameters = ReadParameters(header, ref at);
            if (target.Length > 0 && IsNext(parameters))
                return target;
        }

        return null;
    }

    // Up to the comma before the next link; commas inside quotes belong to a value.
    private static string ReadParameters(string header, ref int at)
    {
        int start = at;
        bool quoted = false;
        while (at < header.Length && (quoted || header[at] != ','))
        {
            if (quoted && header[at] == '\\')
                at++;
            else if (header[at] == '"')
                quoted = !quoted;
            at++;
        }

        at = Math.Min(at, header.Length);
        return header[start..at];
    }

    private static bool IsNext(string parameters)
    {
        foreach (string parameter in Split(parameters))
        {
            int equals = parameter.IndexOf('=');
            if (equals > 0 && parameter[..equals].Trim().Equals("rel", StringComparison.OrdinalIgnoreCase))
            {
                return parameter[(equals + 1)..].Trim().Trim('"')
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Contains("next", StringComparer.OrdinalIgnoreCase);
            }
        }

        return false;
    }

    private static IEnumerable<string> Split(string parameters)
    {
        int start = 0;
        bool quoted = false;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (quoted && parameters[i] == '\\')
            {
                i++;
            }
            else if (parameters[i] == '"')
            {
                quoted = !quoted;
            }
            else if (parameters[i] == ';' && !quoted)
            {
                yield return parameters[start..i];
                start = i + 1;
            }
        }

        yield return parameters[start..];
    }
}
