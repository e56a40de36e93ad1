namespace Airgap.Publishing.Artifacts;

/// <summary>An artifact.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Kind">What it is.</param>
public sealed record PublishedFile(string Path, PublishedFileKind Kind);

/// <summary>The kinds of artifacts.</summary>
public enum PublishedFileKind
{
    /// <summary><c>NAME.packagerepository.yml</c>.</summary>
    PackageRepository,

    /// <summary><c>NAME.bundle-lock.yml</c> or <c>NAME.images-lock.yml</c>.</summary>
    Lock,

    /// <summary><c>kustomization.yaml</c>.</summary>
    Kustomization,

    /// <summary><c>relocation.json</c>.</summary>
    Report,

    /// <summary><c>relocation.html</c>.</summary>
    Page,

    /// <summary><c>plan.json</c>.</summary>
    Plan,

    /// <summary>An imgpkg archive. Never removed by a clean.</summary>
    Archive,
}
