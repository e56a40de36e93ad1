using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Transfers;

/// <summary>Failures after which a repository accepts nothing more.</summary>
internal static class FatalFailures
{
    /// <summary>True for a failure that shows that the repository itself is unreachable, or refuses the credentials.</summary>
    public static bool Is(AirgapException failure, RepositoryName repository) =>
        failure.Code is ErrorCode.RegistryUnreachable or ErrorCode.RegistryCertificate or ErrorCode.Unauthorized
            or ErrorCode.TokenRequestFailed or ErrorCode.TokenRealmRefused
        && failure.Reference is { } reference && (reference == repository.ToString()
            || reference.StartsWith($"{repository}@", StringComparison.Ordinal)
            || reference.StartsWith($"{repository}:", StringComparison.Ordinal));
}
