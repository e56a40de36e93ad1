using System.CommandLine;
using System.CommandLine.Parsing;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;

namespace Airgap.Tool.CommandLine;

/// <summary>The flag that limits the rate of bodies.</summary>
internal static class RateFlag
{
    /// <summary>Its name, which is curl's.</summary>
    public const string Name = "--limit-rate";

    /// <summary>Makes it.</summary>
    public static Option<ByteRates> Create() => new(Name)
    {
        HelpName = "[HOST=]RATE",
        Description = "Most bytes per second of each registry, or of one, in each direction, such as 20MB/s (repeatable)",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => ByteRates.None,
        CustomParser = Parse,
    };

    private static ByteRates Parse(ArgumentResult result)
    {
        if (!RateText.TryParse(
            result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)), out ByteRates rates,
            out string? wrong))
            result.AddError($"'{wrong}' is not a value of {Name}: it takes {RateText.Forms}, each once.");
        return rates;
    }
}
