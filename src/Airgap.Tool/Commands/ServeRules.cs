using System.CommandLine;
using Airgap.Oci;

namespace Airgap.Tool.Commands;

/// <summary>The valid combinations of <c>serve</c>'s flags: a flag that would have no effect is refused.</summary>
internal static class ServeRules
{
    /// <summary>Refuses <c>--prefix</c> for a folder, whose repositories have their own names.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public static void CheckPrefix(ParseResult parsed, Option prefix)
    {
        if (IsGiven(parsed, prefix))
            throw Refusal(
                $"Flag {prefix.Name} can only be used with --tar, --oci-tar or --oci",
                "Omit it: the repositories of a folder have their own names.");
    }

    /// <summary>Refuses flags that concern changes if the registry accepts no changes.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="flags">The flags.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public static void CheckUnchanged(ParseResult parsed, IEnumerable<Option> flags)
    {
        foreach (Option flag in flags)
        {
            // --gc=false is accepted: nothing is collected anyway.
            if (IsGiven(parsed, flag) && (flag is not Option<bool> asked || parsed.GetValue(asked)))
                throw Refusal(
                    $"Flag {flag.Name} can only be used with --folder, and not with --read-only",
                    "Omit it: nothing changes what is served.");
        }
    }

    /// <summary>Refuses a minimum age of garbage if no garbage is collected.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public static void CheckGrace(ParseResult parsed, Option<bool> collect, Option grace)
    {
        if (IsGiven(parsed, grace) && !parsed.GetValue(collect))
            throw Refusal($"Flag {grace.Name} cannot be used with {collect.Name}=false", "Omit one of them.");
    }

    private static bool IsGiven(ParseResult parsed, Option flag) => parsed.GetResult(flag) is { Implicit: false };

    private static AirgapException Refusal(string message, string advice) => new(ErrorCode.IncompatibleOptions, message, advice);
}
