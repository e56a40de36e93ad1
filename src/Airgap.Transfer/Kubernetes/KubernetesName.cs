using Airgap.Oci;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Names that Kubernetes accepts.</summary>
/// <remarks>Source: Kubernetes documentation, "Object Names and IDs" (RFC 1123 label and subdomain).</remarks>
internal static class KubernetesName
{
    /// <summary>True for labels joined by dots, 253 characters at most.</summary>
    public static bool IsSubdomain(string name) => name.Length <= 253 && name.Split('.').All(IsPart);

    /// <summary>True for lower-case letters, digits and inner dashes, 63 characters at most.</summary>
    public static bool IsLabel(string name) => name.Length <= 63 && IsPart(name);

    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidKubernetesName"/>.</exception>
    public static string RequireSubdomain(string name, string what) => IsSubdomain(name) ? name : throw new AirgapException(
        ErrorCode.InvalidKubernetesName,
        $"'{name}' cannot be {what}.",
        "Give a name of lower-case letters, digits, '-' and '.', in which every part between dots begins and ends with a letter or " +
        "digit; 253 characters at most.");

    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidKubernetesName"/>.</exception>
    public static string RequireLabel(string name, string what) => IsLabel(name) ? name : throw new AirgapException(
        ErrorCode.InvalidKubernetesName,
        $"'{name}' cannot be {what}.",
        "Give a name of lower-case letters, digits and '-' that begins and ends with a letter or digit; 63 characters at most.");

    // The parts of a subdomain have no individual maximum length.
    private static bool IsPart(string part) =>
        part.Length > 0
        && !part.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-")
        && part[0] != '-'
        && part[^1] != '-';
}
