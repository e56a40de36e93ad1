
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>Gives repositories by name, whatever registry they are in.</summary>
public interface IRegistry
{
    /// <summary>A repository. Makes no request.</summary>
    IImageRepository GetRepository(RepositoryName name);

    /// <summary>How often registries have said so far that they are asked too much (429, 503). Who sends many requests at once sends fewer then.</summary>
    long LoadRefusals => 0;

    /// <summary>What has been done so far, at this moment; nothing where requests are not counted.</summary>
    RegistryStatistics Statistics => new();
}
