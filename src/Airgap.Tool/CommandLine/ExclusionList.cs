using System.CommandLine;
using System.CommandLine.Parsing;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// The two flags by which imgpkg names what to leave out. They write one list: the first of each replaces it, further ones of the same flag
/// add to it.
/// </summary>
/// <remarks>Source: pflag, of two flags with one variable.</remarks>
internal static class ExclusionList
{
    /// <summary>The list that a command line makes; null where neither flag is on it.</summary>
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
