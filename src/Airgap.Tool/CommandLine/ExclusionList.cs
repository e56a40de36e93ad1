using System.CommandLine;
using System.CommandLine.Parsing;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// The two imgpkg flags that exclude paths. Both write the same list: the first use of each flag replaces the list,
/// further uses of that flag append to it.
/// </summary>
/// <remarks>Source: pflag's behaviour for two flags that share one variable.</remarks>
internal static class ExclusionList
{
    /// <summary>The list that a command line gives; null if it has neither flag.</summary>
    public static IReadOnlyList<string>? Of(ParseResult parsed, params Option[] flags)
    {
        List<string>? list = null;
        HashSet<string> seen = [];
        string? flag = null;
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                flag = flags.FirstOrDefault(option => option.Name == token.Value || option.Aliases.Contains(token.Value))?.Name;
            }
            else if (flag is not null && CommaList.TryRead(token.Value, out List<string> parts, out _))
            {
                if (seen.Add(flag))
                    list = [];
                list!.AddRange(parts);
                flag = null;
            }
        }

        return list;
    }
}
