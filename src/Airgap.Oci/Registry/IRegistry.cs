using Airgap.Oci.Naming;

namespace Airgap.Oci.Registry;

/// <summary>Gives repositories by name, whatever registry they are in.</summary>
public interface IRegistry
{
    /// <summary>A repository. Makes no request.</summary>
    IImageRepository GetRepository(RepositoryName name);
}
