using System.Text.RegularExpressions;

namespace Airgap.Build.Tests;

/// <summary>Distinguishes arguments of <c>dotnet build</c> and similar commands that change the result of a restore from others.</summary>
internal static partial class RestoreArguments
{
    /// <summary>The arguments after the command's name that affect a restore.</summary>
    public static IEnumerable<string> Relevant(string[] arguments)
    {
        for (int i = 1; i < arguments.Length; i++)
        {
            if (arguments[i] == "-c")
                i++;
            else if (!Others().IsMatch(arguments[i])
                && (Property().Match(arguments[i]) is not { Success: true } property || IsHeeded(property.Groups[1].Value)))
                yield return arguments[i];
        }
    }

    private static bool IsHeeded(string property) =>
        !(property.TrimStart('_').StartsWith("Airgap", StringComparison.Ordinal) && property != "AirgapBuildVersion")
        && Properties().IsMatch(property);

    [GeneratedRegex("^-(bl|v:|t:|tl:|nologo|warn|get(Item|Property|TargetResult):)", RegexOptions.IgnoreCase)]
    private static partial Regex Others();

    [GeneratedRegex("^-p:([A-Za-z_][A-Za-z0-9_.]*)=")]
    private static partial Regex Property();

    // Decided by their names; a test's own properties are for items of this package.
    [GeneratedRegex("Restore|NuGet|Package|Framework|Runtime|SelfContained|PublishAot|Version|AppHost|Windows|Output",
        RegexOptions.IgnoreCase)]
    private static partial Regex Properties();
}
