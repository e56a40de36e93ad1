namespace Airgap.Publishing.Artifacts;

/// <summary>An artifact.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Kind">What it is.</param>
internal sealed record PublishedFile(string Path, PublishedFileKind Kind)
{
    /// <summary>The SHA-256 of the written content, in hex; null if an existing file was kept.</summary>
    internal string? Written { get; init; }
}

/// <summary>The kinds of artifacts.</summary>
internal enum PublishedFileKind
{
    /// <summary><c>NAME.packagerepository.yml</c>.</summary>
    PackageRepository,

    /// <summary><c>NAME.bundle-lock.yml</c> or <c>NAME.images-lock.yml</c>.</summary>
    Lock,

    /// <summary><c>kustomization.yaml</c>, or <c>Kustomization</c> among the manifests.</summary>
    Kustomization,

    /// <summary><c>relocation.json</c>.</summary>
    Report,

    /// <summary><c>relocation.html</c>.</summary>
    Page,

    /// <summary><c>plan.json</c>.</summary>
    Plan,

    /// <summary>An imgpkg archive. Never removed by a clean.</summary>
    Archive,

    /// <summary>The signature next to an archive. Like the archive, never removed by a clean.</summary>
    Signature,

    /// <summary>The signature next to <c>relocation.json</c>.</summary>
    ReportSignature,

    /// <summary>A placeholder Secret, which a publish does not overwrite after it has been filled in.</summary>
    Secret,

    /// <summary>The SecretExport of such a Secret.</summary>
    SecretExport,

    /// <summary>A Namespace of the manifests.</summary>
    Namespace,

    /// <summary><c>NAME.gitops.yml</c>, for Flux or Argo CD.</summary>
    GitOps,

    /// <summary>A mirror configuration of a container engine or cluster.</summary>
    Mirrors,
}
