namespace Airgap.Transfer.Producing;

/// <summary>Versions as semver.org has them.</summary>
internal static class SemanticVersion
{
    /// <summary>True for <c>MAJOR.MINOR.PATCH</c>, with <c>-PRERELEASE</c> and <c>+BUILD</c> behind it or not.</summary>
    public static bool IsValid(string text)
    {
        int plus = text.IndexOf('+');
        if (plus >= 0 && !AreIdentifiers(text[(plus + 1)..], numbersAreNumbers: false))
            return false;
        string version = plus < 0 ? text : text[..plus];
        int dash = version.IndexOf('-');
        if (dash >= 0 && !AreIdentifiers(version[(dash + 1)..], numbersAreNumbers: true))
            return false;
        string[] numbers = (dash < 0 ? version : version[..dash]).Split('.');
        return numbers.Length == 3 && numbers.All(number => IsDigits(number) && IsNumber(number));
    }

    private static bool AreIdentifiers(string text, bool numbersAreNumbers) => text.Split('.').All(part =>
        part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && (!numbersAreNumbers || !IsDigits(part) || IsNumber(part)));

    private static bool IsDigits(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static bool IsNumber(string digits) => digits.Length == 1 || digits[0] != '0';
}
