using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;

namespace Airgap.Oci.Auth;

/// <summary>
/// Reads WWW-Authenticate. Never fails: malformed parts are skipped, because the refused request gives the better
/// message.
/// </summary>
/// <remarks>Source: RFC 9110, section 11.2 and 11.3.</remarks>
internal static class ChallengeParser
{
    /// <summary>All challenges of a response, in order.</summary>
    public static IReadOnlyList<Challenge> Read(HttpResponseMessage response)
    {
        List<Challenge> all = [];
        if (response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues values))
        {
            foreach (string value in values)
                all.AddRange(Parse(value));
        }

        return all;
    }

    /// <summary>The challenges of one header line.</summary>
    public static IReadOnlyList<Challenge> Parse(string header)
    {
        List<Challenge> challenges = [];
        string? scheme = null;
        ImmutableDictionary<string, string>.Builder parameters = NewParameters();
        int at = 0;
        while (at < header.Length)
        {
            if (header[at] is ',' or ' ' or '\t')
            {
                at++;
                continue;
            }

            string token = ReadToken(header, ref at);
            if (token.Length == 0)
            {
                SkipToComma(header, ref at);
                continue;
            }

            int afterName = at;
            SkipSpace(header, ref at);
            if (scheme is not null && at < header.Length && header[at] == '=' && !IsPaddingEnd(header, at))
            {
                at++;
                SkipSpace(header, ref at);
                string value = at < header.Length && header[at] == '"' ? ReadQuoted(header, ref at) : ReadValue(header, ref at);
                parameters.TryAdd(token, value);
            }
            else if (at < header.Length && header[at] == '=')
            {
                // A token68 (Negotiate), which no supported challenge has.
                SkipToComma(header, ref at);
            }
            else
            {
                Add(challenges, scheme, parameters);
                scheme = token;
                parameters = NewParameters();
                at = afterName;
            }
        }

        Add(challenges, scheme, parameters);
        return challenges;
    }

    private static void Add(List<Challenge> challenges, string? scheme, ImmutableDictionary<string, string>.Builder parameters)
    {
        if (scheme is not null)
            challenges.Add(new Challenge(scheme, parameters.ToImmutable()));
    }

    private static ImmutableDictionary<string, string>.Builder NewParameters() =>
        ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);

    private static bool IsPaddingEnd(string text, int at)
    {
        int rest = at;
        while (rest < text.Length && text[rest] == '=')
            rest++;
        SkipSpace(text, ref rest);
        return rest == text.Length || text[rest] == ',';
    }

    private static string ReadToken(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && text[at] is not (' ' or '\t' or ',' or '=' or '"'))
            at++;
        return text[start..at];
    }

    // Some registries omit the quotes around URLs, which contain characters that a token may not have.
    private static string ReadValue(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && text[at] is not (' ' or '\t' or ','))
            at++;
        return text[start..at];
    }

    private static string ReadQuoted(string text, ref int at)
    {
        StringBuilder value = new();
        for (at++; at < text.Length; at++)
        {
            char c = text[at];
            if (c == '"')
            {
                at++;
                break;
            }

            if (c == '\\' && at + 1 < text.Length)
                c = text[++at];
            value.Append(c);
        }

        return value.ToString();
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && text[at] is (' ' or '\t'))
            at++;
    }

    private static void SkipToComma(string text, ref int at)
    {
        while (at < text.Length && text[at] != ',')
            at++;
    }
}
