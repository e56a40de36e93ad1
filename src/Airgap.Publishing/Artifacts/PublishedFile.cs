namespace Airgap.Publishing.Artifacts;

/// <summary>An artifact.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Kind">What it is.</param>
internal sealed record PublishedFile(string Path, PublishedFileKind Kind)
{
    /// <summary>The SHA-256 of what was written, in hex; null where a file that was there before stays.</summary>
    internal string? Written { get; init; }
}

/// <summary>The kinds of artifacts.</summary>
internal enum PublishedFileKind
{
    /// <summary><c>NAME.packagerepository.yml</c>.</summary>
    PackageRepository,

    /// <summary><c>NAME.bundle-lock.yml</c> or <c>NAME.images-lock.yml</c>.</summary>
    Lock,

    /// <summary><c>kustomization.yaml</c>, or <c>Kustomization</c> beside the manifests.</summary>
    Kustomization,

    /// <summary><c>relocation.json</c>.</summary>
    Report,

    /// <summary><c>relocation.html</c>.</summary>
    Page,

    /// <summary><c>plan.json</c>.</summary>
    Plan,

    /// <summary>An imgpkg archive. Never removed by a clean.</summary>
    Archive,

    /// <summary>The signature beside an archive. Never removed by a clean, as the archive is not.</summary>
    Signature,

    /// <summary>The signature beside <c>relocation.json</c>.</summary>
    ReportSignature,

    /// <summary>A placeholder Secret, which a publish does not overwrite once it has been filled in.</summary>
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
