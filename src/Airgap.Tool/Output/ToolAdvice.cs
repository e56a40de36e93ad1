using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Airgap.Oci;

namespace Airgap.Tool.Output;

/// <summary>Advice in the words of the command line, in place of a project's properties.</summary>
internal static partial class ToolAdvice
{
    /// <summary>What to do about a code whose advice elsewhere names properties.</summary>
    public static FrozenDictionary<ErrorCode, string> ByCode { get; } = new Dictionary<ErrorCode, string>
    {
        [ErrorCode.RegistryCertificate] = "Name the authority that signed it, as a PEM file, with --registry-ca-cert-path.",
        [ErrorCode.RegistryTimeout] = "Try again; --registry-response-header-timeout and --registry-stall-timeout allow more time.",
        [ErrorCode.RegistryUnreachable] = "If the registry speaks plain http, allow it with --registry-insecure.",
        [ErrorCode.TooManyRequests] = "Try again later, log in for a higher limit, lower --concurrency, or wait longer with --registry-load-wait.",
        [ErrorCode.RegistryFailed] = "Try again; --registry-load-wait waits longer; if it stays, the registry's log tells why.",
        [ErrorCode.LayersSkipped] = "Carry them with --include-non-distributable-layers, if their licence allows it.",
    }.ToFrozenDictionary();

    /// <summary>The same, in the words of the command line. What a project's own declarations say is left: <c>publish</c> reads a project.</summary>
    public static Diagnostic Of(Diagnostic diagnostic) =>
        ByCode.TryGetValue(diagnostic.Code, out string? advice) && (diagnostic.Code == ErrorCode.LayersSkipped || Property().IsMatch(diagnostic.Advice))
            ? diagnostic with { Advice = advice }
            : diagnostic;

    /// <summary>A property of a project.</summary>
    [GeneratedRegex(@"\bAirgap[A-Z]\w+")]
    internal static partial Regex Property();
}
