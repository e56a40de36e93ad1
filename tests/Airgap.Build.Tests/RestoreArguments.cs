using System.Text.RegularExpressions;

namespace Airgap.Build.Tests;

/// <summary>Tells the arguments of <c>dotnet build</c> and its like that change what a restore does from those that do not.</summary>
internal static partial class RestoreArguments
{
    /// <summary>The arguments behind the command's name that a restore heeds.</summary>
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

    // By what their names tell; a test's own properties are for items of this package.
    [GeneratedRegex("Restore|NuGet|Package|Framework|Runtime|SelfContained|PublishAot|Version|AppHost|Windows|Output",
        RegexOptions.IgnoreCase)]
    private static partial Regex Properties();
}
