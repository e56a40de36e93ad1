using Airgap.Oci.Naming;

namespace Airgap.Publishing.Mirrors;

/// <summary>How a mirror is reached.</summary>
internal enum MirrorTransport
{
    /// <summary>By TLS.</summary>
    Tls,

    /// <summary>By plain http, as in the relocation.</summary>
    PlainHttp,

    /// <summary>By either: the relocation used plain http, and the cluster knows the registry by another name.</summary>
    Either,
}

/// <summary>A repository at a mirror, and how the mirror is reached.</summary>
internal readonly record struct MirrorPlace(RepositoryName Repository, MirrorTransport Transport)
{
    /// <summary>The repository.</summary>
    public override string ToString() => Repository.ToString();
}
