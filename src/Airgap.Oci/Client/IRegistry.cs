using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>Gives repositories by name, in any registry.</summary>
public interface IRegistry
{
    /// <summary>A repository. Makes no request.</summary>
    IImageRepository GetRepository(RepositoryName name);

    /// <summary>
    /// The number of 429 and 503 responses so far. A caller that sends many requests at once reduces their number when
    /// it grows.
    /// </summary>
    internal long LoadRefusals => 0;

    /// <summary>The requests and bytes so far; zero if requests are not counted.</summary>
    internal RegistryStatistics Statistics => new();
}
