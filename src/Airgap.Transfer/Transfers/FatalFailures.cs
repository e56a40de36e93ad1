using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Transfers;

/// <summary>Failures after which a repository takes nothing more.</summary>
internal static class FatalFailures
{
    /// <summary>True when a failure says that the repository itself cannot be reached, or refuses the credentials.</summary>
    public static bool Is(AirgapException failure, RepositoryName repository) =>
        failure.Code is ErrorCode.RegistryUnreachable or ErrorCode.RegistryCertificate or ErrorCode.Unauthorized
            or ErrorCode.TokenRequestFailed or ErrorCode.TokenRealmRefused
        && failure.Reference is { } reference && (reference == repository.ToString()
            || reference.StartsWith($"{repository}@", StringComparison.Ordinal)
            || reference.StartsWith($"{repository}:", StringComparison.Ordinal));
}
