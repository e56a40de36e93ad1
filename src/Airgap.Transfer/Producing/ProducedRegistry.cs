using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Transfer.Producing;

/// <summary>
/// The registries, with a bundle that was made, and the images that were built for it, standing in their repositories: planning and
/// transfer need not know that they were never pushed.
/// </summary>
internal sealed class ProducedRegistry(IRegistry inner, IReadOnlyDictionary<RepositoryName, LocalContent> local) : IRegistry
{
    public long LoadRefusals => inner.LoadRefusals;

    public RegistryStatistics Statistics => inner.Statistics;

    public IImageRepository GetRepository(RepositoryName name) =>
        local.TryGetValue(name, out LocalContent? content)
            ? new LocalRepository(inner.GetRepository(name), content) : inner.GetRepository(name);
}
