using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// Labels on the command line, read as imgpkg reads them: <c>a=1,b=2</c>, where a comma separates only if each part has
/// an equals sign.
/// </summary>
/// <remarks>
/// Source: pflag's StringToString, which takes a text with one <c>=</c> as a whole and reads any other as a list.
/// </remarks>
internal static class LabelList
{
    /// <summary>Reads the values of a flag; of several labels with the same key, the last wins.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>.</exception>
    public static ImmutableDictionary<string, string> Read(IEnumerable<string> values)
    {
        ImmutableDictionary<string, string>.Builder labels = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (string pair in values.SelectMany(PairsOf))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw NotALabel(pair, $"{pair} must be formatted as key=value");
            labels[pair[..equals]] = pair[(equals + 1)..];
        }

        return labels.ToImmutable();
    }

    private static IEnumerable<string> PairsOf(string value) => value.Count(c => c == '=') switch
    {
        0 => throw NotALabel(value, $"{value} must be formatted as key=value"),
        1 => [value.Trim('"')],
        _ => CommaList.TryRead(value, out List<string> parts, out string? problem) ? parts : throw NotALabel(value, problem!),
    };

    private static AirgapException NotALabel(string text, string problem) => new(
        ErrorCode.InvalidArgument, $"'{text}' is not a label: {problem}.",
        "Write --labels KEY=VALUE; quote a part that contains commas: '\"KEY=a,b\",OTHER=c'.");
}
