using Airgap.Oci.Tests.Client.Infra;

namespace Airgap.Oci.Tests.Client;

/// <summary>A manifest.</summary>
public abstract class ManifestTestBase
{
    private protected static readonly byte[] s_bytes = Responses.ManifestBytes("one");

    private protected static CancellationToken None => CancellationToken.None;
}
