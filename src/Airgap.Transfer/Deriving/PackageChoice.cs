using System.IO.Enumeration;
using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Transfer.Deriving;

/// <summary>
/// A selection of packages, such as <c>cert-manager.example.com@&gt;=1.12 &lt;2</c>: a name, in which <c>*</c> matches
/// any text, and a range of versions as in kapp-controller. <c>latest:N</c> selects the N newest versions of each
/// package in the range. Without a range, all versions are selected.
/// </summary>
internal sealed record PackageChoice
{
    private const int MaxLength = 1000;

    private readonly SemverRange? _range;
    private readonly SemverVersion? _exact;

    private PackageChoice(string name, string constraints, SemverRange? range, SemverVersion? exact, int? latest)
    {
        Name = name;
        Constraints = constraints;
        Latest = latest;
        _range = range;
        _exact = exact;
    }

    /// <summary>The name, possibly with wildcards.</summary>
    public string Name { get; }

    /// <summary>The range, with normalised blanks; empty for none.</summary>
    public string Constraints { get; }

    /// <summary>The number of newest versions; null for all.</summary>
    public int? Latest { get; }

    /// <summary>Reads selections, separated by <c>;</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSelection"/>.</exception>
    public static IEnumerable<PackageChoice> ParseAll(string text) =>
        text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse);

    /// <summary>Reads a selection.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSelection"/>.</exception>
    public static PackageChoice Parse(string text)
    {
        if (text.Length > MaxLength)
            throw Invalid(text[..50] + "…", $"it has more than {MaxLength} characters");
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string name = (at < 0 ? text : text[..at]).Trim();
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '*' or '?'))
            throw Invalid(text, "a package's name has lower-case letters, digits, '.' and '-', and '*' and '?' for any of them");
        if (at >= 0 && string.IsNullOrWhiteSpace(text[(at + 1)..]))
            throw Invalid(text, "nothing follows the '@'");
        List<string> words = [];
        int? latest = null;
        foreach (string word in at < 0 ? [] : text[(at + 1)..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word != "latest" && !word.StartsWith("latest:", StringComparison.Ordinal))
                words.Add(word);
            else if (latest is not null)
                throw Invalid(text, "'latest' is given twice");
            else if (word == "latest")
                latest = 1;
            else if (int.TryParse(word.AsSpan("latest:".Length), System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture, out int count) && count > 0)
                latest = count;
            else
                throw Invalid(text, $"'{word}' is not a number of versions");
        }

        string constraints = string.Join(' ', words);
        if (constraints.Length == 0)
            return new PackageChoice(name, "", null, null, latest);
        // Besides kapp-controller's three numbers, shorter common forms of a range are accepted.
        if (!SemverRange.TryParse(Lengthened(words), out SemverRange range))
            throw Invalid(text, $"'{constraints}' is not a range of versions");
        return new PackageChoice(
            name, constraints, range, SemverVersion.TryParse(constraints.TrimStart('='), out SemverVersion exact) ? exact : null, latest);
    }

    /// <summary>True for a package of that name.</summary>
    public bool Names(string package) => FileSystemName.MatchesSimpleExpression(Name, package, ignoreCase: false);

    /// <summary>The selected versions of one package.</summary>
    /// <param name="versions">The Packages, all with the same name.</param>
    /// <param name="prereleases">The pre-release identifiers to include: null for only a pre-release named in full,
    /// empty for all.</param>
    public IEnumerable<PackageEntry> Of(IEnumerable<PackageEntry> versions, IReadOnlyCollection<string>? prereleases)
    {
        IEnumerable<PackageEntry> chosen = versions
            .Where(entry => entry.Version is { } version && (_range?.Includes(version) ?? true) && Counts(version, prereleases))
            .OrderByDescending(entry => entry.Version!.Value)
            .ThenBy(entry => entry.VersionText, StringComparer.Ordinal);
        return Latest is { } count ? chosen.Take(count) : chosen;
    }

    /// <inheritdoc/>
    public override string ToString() => (Constraints, Latest) switch
    {
        ("", null) => Name,
        ("", { } count) => $"{Name}@latest:{count}",
        (_, null) => $"{Name}@{Constraints}",
        (_, { } count) => $"{Name}@{Constraints} latest:{count}",
    };

    private bool Counts(SemverVersion version, IReadOnlyCollection<string>? prereleases) =>
        version.Prerelease.Length == 0
        || (_exact is { } exact && exact.CompareTo(version) == 0)
        || (prereleases is not null && (prereleases.Count == 0 || version.Prerelease.Any(prereleases.Contains)));

    private static string Lengthened(List<string> words) => string.Join(' ', words.Select(word =>
    {
        int digit = word.AsSpan().IndexOfAnyInRange('0', '9');
        return digit < 0 || !word.AsSpan(digit).ContainsAnyExcept("0123456789.")
            ? (digit < 0 ? word : word + string.Concat(Enumerable.Repeat(".0", Math.Max(0, 2 - word.AsSpan(digit).Count('.'))))) : word;
    }));

    private static AirgapException Invalid(string text, string why) => new(
        ErrorCode.InvalidSelection,
        $"'{text}' is not a selection of packages: {why}.",
        "Write NAME, NAME@RANGE such as cert-manager.example.com@>=1.12.0 <2.0.0, or NAME@latest:N.");
}
