namespace Airgap.Trust.Policies;

/// <summary>
/// The scopes of transports other than <c>docker</c>. None applies to an image of a registry, but a host or a repository below one of them
/// is a rule in the wrong place, which would leave its images to a wider rule.
/// </summary>
/// <remarks>Source: containers/image, ValidatePolicyConfigurationScope of each transport, verified with skopeo 1.22.</remarks>
internal static class OtherTransports
{
    /// <summary>Determines whether a transport may have a scope; true for an unknown transport.</summary>
    public static bool MayHave(string transport, string scope) => scope.Length == 0 || transport switch
    {
        "dir" or "oci" or "oci-archive" or "sif" => IsPath(scope) || (OperatingSystem.IsWindows() && Path.IsPathFullyQualified(scope)),
        "docker-archive" or "tarball" => false,
        "containers-storage" => scope[0] == '[',
        _ => true,
    };

    // Absolute, and in the shortest spelling.
    private static bool IsPath(string scope) =>
        scope.Length > 1 && scope[0] == '/' && scope[1..].Split('/').All(part => part is not ("" or "." or ".."));
}
