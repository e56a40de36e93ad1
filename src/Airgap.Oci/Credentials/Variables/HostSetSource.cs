using Airgap.Oci.Auth;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Variables;

/// <summary>The <c>IMGPKG_REGISTRY_*</c> sets, in their order.</summary>
internal sealed class HostSetSource(IReadOnlyList<HostSet> sets) : ICredentialSource
{
    public string Description => "IMGPKG_REGISTRY_*";

    public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        foreach (HostSet set in sets)
        {
            if (set.Pattern.Matches(repository))
                return new(set.Credential);
        }

        return new((Credential?)null);
    }
}
