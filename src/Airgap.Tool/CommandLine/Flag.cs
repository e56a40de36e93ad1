using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Airgap.Publishing.Declarations;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// Makes options that behave like imgpkg's flags: the last value wins (see <see cref="RepeatedValues"/> for flags that imgpkg does not
/// have), and lists are given by repeating the flag or by commas.
/// </summary>
internal static class Flag
{
    /// <summary>
    /// The placeholder in help for the value of a flag that takes an image reference. Completion offers tags for it.
    /// </summary>
    public const string ReferenceName = "REF";

    /// <summary>The text of a flag; null when it is absent or empty, which imgpkg treats alike.</summary>
    public static string? GetText(this ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { Length: > 0 } text ? text : null;

    /// <summary>A flag with a text value.</summary>
    public static Option<string?> Text(string name, string helpName, string description, params string[] aliases) =>
        WithTags(new Option<string?>(name, aliases)
        {
            HelpName = helpName,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = static result => result.Tokens[^1].Value,
        });

    /// <summary>
    /// A flag whose value is optional: given without one, it is <paramref name="given"/>; without the flag it is null.
    /// </summary>
    public static Option<string?> OptionalText(string name, string helpName, string description, string given) => new(name)
    {
        HelpName = helpName,
        Description = string.Create(CultureInfo.InvariantCulture, $"{description} ({given} unless named)"),
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = result => result.Tokens is [.., { } last] ? last.Value : given,
    };

    /// <summary>A flag that is on or off; <c>--flag=false</c> turns it off.</summary>
    public static Option<bool> Switch(string name, string description, bool byDefault = false, params string[] aliases) =>
        new(name, aliases)
        {
            Description = byDefault ? description + " (default: true)" : description,
            DefaultValueFactory = _ => byDefault,
            CompletionSources = { "false", "true" },
        };

    /// <summary>A flag with a whole number, <paramref name="minimum"/> or more.</summary>
    public static Option<int> Number(string name, string description, int byDefault, int minimum) => new(name)
    {
        HelpName = "N",
        Description = string.Create(CultureInfo.InvariantCulture, $"{description} (default: {byDefault})"),
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseNumber(result, name, minimum),
    };

    /// <summary>A flag that repeats, or takes a comma-separated list (<see cref="CommaList"/>).</summary>
    public static Option<string[]> List(string name, string helpName, string description, params string[] aliases)
    {
        Option<string[]> option = Repeated(name, helpName, description, aliases);
        option.CustomParser = result => ParseList(result, name);
        return option;
    }

    /// <summary>A flag that repeats; each value is taken whole, commas included.</summary>
    public static Option<string[]> Repeated(string name, string helpName, string description, params string[] aliases) =>
        WithTags(new Option<string[]>(name, aliases)
        {
            HelpName = helpName,
            Description = description + " (repeatable)",
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [],
            CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
        });

    /// <summary>The number of concurrent requests of a command that only reads.</summary>
    public static Option<int> Concurrency() => Number("--concurrency", "Number of concurrent requests", 8, 1);

    /// <summary>The properties of a project, as <c>dotnet publish</c> takes them.</summary>
    public static Option<string[]> Properties() =>
        Repeated("--property", "NAME=VALUE", "Property of the project, as for dotnet publish", "-p");

    /// <summary>A flag with a duration, such as <c>1m30s</c> (<see cref="TimeLimit"/>).</summary>
    public static Option<TimeSpan> Duration(string name, string description, TimeSpan byDefault) => new(name)
    {
        HelpName = "DURATION",
        Description = string.Create(CultureInfo.InvariantCulture, $"{description} (default: {byDefault.TotalSeconds:0.###}s)"),
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseTimeLimit(result, name),
    };

    /// <summary>A flag that takes one of a few words.</summary>
    public static Option<string> Choice(string name, string description, string byDefault, params string[] words) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = $"{description} (default: {byDefault})",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseChoice(result, name, byDefault, words),
        CompletionSources = { words },
    };

    private static Option<T> WithTags<T>(Option<T> option)
    {
        if (option.HelpName == ReferenceName)
            option.CompletionSources.Add(TagCompletion.Of);
        return option;
    }

    private static string[] ParseList(ArgumentResult result, string name)
    {
        List<string> all = [];
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (!CommaList.TryRead(text, out List<string> parts, out string? problem))
                result.AddError($"'{text}' is not a value of {name}: {problem}.");
            all.AddRange(parts);
        }

        return [.. all];
    }

    private static int ParseNumber(ArgumentResult result, string name, int minimum)
    {
        string text = result.Tokens[^1].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum)
            return number;
        result.AddError(
            $"'{text}' is not a value of {name}: it takes a whole number, {minimum.ToString(CultureInfo.InvariantCulture)} or more.");
        return minimum;
    }

    private static TimeSpan ParseTimeLimit(ArgumentResult result, string name)
    {
        string text = result.Tokens[^1].Value;
        if (TimeLimit.TryParse(text, out TimeSpan limit))
            return limit;
        result.AddError($"'{text}' is not a value of {name}: it takes {TimeLimit.Forms}.");
        return default;
    }

    private static string ParseChoice(ArgumentResult result, string name, string byDefault, string[] words)
    {
        string text = result.Tokens[^1].Value;
        if (words.Contains(text, StringComparer.Ordinal))
            return text;
        result.AddError($"'{text}' is not a value of {name}: it takes {string.Join(", ", words[..^1])} or {words[^1]}.");
        return byDefault;
    }
}
