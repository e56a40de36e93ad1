namespace Airgap.Transfer.Kubernetes;

/// <summary>The semver constraints of a <c>tagSelection</c>.</summary>
/// <remarks>Source: vendir's "version selection" (ranges such as <c>&gt;=1.0.0 &lt;2.0.0 || 3.1.x</c>); semver.org for versions.</remarks>
internal static class TagConstraints
{
    private const string IdentifierCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    private static readonly string[] s_operators = [">=", "<=", "==", "!=", ">", "<", "=", "!"];

    /// <summary>True when the cluster can read them: alternatives parted by <c>||</c>, each of comparisons parted by blanks.</summary>
    public static bool IsValid(string constraints) => constraints.Split("||").All(IsAlternative);

    /// <summary>The identifiers of a list parted by commas, semicolons or blanks; null when there is none, or one is malformed.</summary>
    public static string[]? ParsePrereleases(string text)
    {
        string[] identifiers = text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
        return identifiers.Length > 0 && identifiers.All(IsIdentifier) ? identifiers : null;
    }

    private static bool IsAlternative(string text)
    {
        bool isEmpty = true;
        string sign = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // An operator may stand apart from its version.
            string comparison = sign + word;
            string version = WithoutOperator(comparison);
            sign = version.Length == 0 ? comparison : "";
            isEmpty = false;
            if (version.Length > 0 && !IsVersion(version))
                return false;
        }

        return !isEmpty && sign.Length == 0;
    }

    private static string WithoutOperator(string word)
    {
        foreach (string sign in s_operators)
        {
            if (word.StartsWith(sign, StringComparison.Ordinal))
                return word[sign.Length..];
        }

        return word;
    }

    private static bool IsVersion(string version)
    {
        int plus = version.IndexOf('+');
        if (plus >= 0 && !AreIdentifiers(version[(plus + 1)..]))
            return false;
        string text = plus < 0 ? version : version[..plus];
        int dash = text.IndexOf('-');
        if (dash >= 0 && !AreIdentifiers(text[(dash + 1)..]))
            return false;
        string[] parts = (dash < 0 ? text : text[..dash]).Split('.');
        if (parts.Length < 2 || !IsNumber(parts[0]))
            return false;
        return parts.Length switch
        {
            // x stands for the last numbers of a version without pre-release: 1.x, 1.2.x, 1.x.x.
            2 => parts[1] == "x" && dash < 0,
            3 when parts[2] == "x" => (parts[1] == "x" || IsNumber(parts[1])) && dash < 0,
            3 => IsNumber(parts[1]) && IsNumber(parts[2]),
            _ => false,
        };
    }

    private static bool AreIdentifiers(string text) => text.Split('.').All(IsIdentifier);

    private static bool IsIdentifier(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(IdentifierCharacters);

    private static bool IsNumber(string text) =>
        text.Length is > 0 and <= 19 && !text.AsSpan().ContainsAnyExcept("0123456789") && (text.Length == 1 || text[0] != '0');
}
