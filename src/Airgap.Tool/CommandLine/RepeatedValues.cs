using System.CommandLine;
using System.CommandLine.Parsing;
using Airgap.Oci;
using Airgap.Oci.Wire;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// Flags that take one value and are given several different ones. Those of imgpkg keep its rule, that the last one counts, and a warning
/// says so; any other is refused, because something that was asked for would not be done, such as one of two reports. Flags that are on or
/// off are no part of this: a later one is meant to override.
/// </summary>
internal static class RepeatedValues
{
    /// <summary>The refusals, before the command runs.</summary>
    public static IEnumerable<Diagnostic> Refusals(ParseResult parsed) => Of(parsed, isOfImgpkg: false).Select(option => new Diagnostic(
        ErrorCode.RepeatedFlag, $"The flag {option.Name} is given more than once, with different values; it takes one.", "Give it once."));

    /// <summary>The warnings about imgpkg's flags.</summary>
    public static IEnumerable<Diagnostic> Warnings(ParseResult parsed) => Of(parsed, isOfImgpkg: true).Select(option => new Diagnostic(
        ErrorCode.RepeatedFlag,
        $"The flag {option.Name} is given more than once, with different values: as in imgpkg, the last one counts.", "Give it once."));

    /// <summary>True for a flag that takes one value, which is neither true nor false.</summary>
    public static bool TakesOne(Option option) =>
        !option.ValueType.IsArray && option.ValueType != typeof(bool) && option.ValueType != typeof(ByteRates);

    private static IEnumerable<Option> Of(ParseResult parsed, bool isOfImgpkg)
    {
        Command command = parsed.CommandResult.Command;
        return command.Options.Where(option => TakesOne(option) && EmptyValues.IsOfImgpkg(command, option) == isOfImgpkg
            && HasSeveral(parsed.GetResult(option)));
    }

    // A flag whose value is optional has fewer values than names when it is also given without one.
    private static bool HasSeveral(OptionResult? given)
    {
        if (given is null or { Implicit: true })
            return false;
        int values = given.Tokens.Select(token => token.Value).Distinct(StringComparer.Ordinal).Count();
        return values > 1 || (values == 1 && given.IdentifierTokenCount > given.Tokens.Count);
    }
}
