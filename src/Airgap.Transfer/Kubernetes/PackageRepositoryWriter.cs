using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Writes the PackageRepository manifest of a relocated bundle.</summary>
/// <remarks>Source: kapp-controller's documentation, "Packaging APIs" and "Air-gapped workflow".</remarks>
public static class PackageRepositoryWriter
{
    /// <summary>Makes the manifest. Writes no file.</summary>
    /// <param name="destination">The repository that the bundle was relocated to.</param>
    /// <param name="digest">The bundle's digest there.</param>
    /// <param name="tag">Its tag there; null for none.</param>
    /// <param name="options">What the manifest is to say.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidKubernetesName"/>: a name or namespace that Kubernetes refuses, the default name included.
    /// <see cref="ErrorCode.InvalidPackageRepository"/>: another option that the cluster would refuse, or options that do not go together.
    /// </exception>
    public static PackageRepositoryManifest Create(RepositoryName destination, Digest digest, string? tag, PackageRepositoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(options);
        PackageRepositorySpec repository = PackageRepositorySpec.Read(destination, digest, tag, options);
        PullSecretSpec secret = PullSecretSpec.Read(destination, repository, options);
        YamlText yaml = new();
        AddRepository(yaml, repository, secret, options.IsPlainImage);
        List<KubernetesObject> objects = [new("PackageRepository", repository.Namespace, repository.Name, yaml.ToString())];
        if (secret.IsWritten)
            objects.Add(new PullSecretObject(secret.Namespace, secret.Name!, [destination.Registry]));
        if (secret.ExportedTo is not null)
            objects.Add(new SecretExportObject(secret.Namespace!, secret.Name!, [secret.ExportedTo]));
        return new PackageRepositoryManifest(repository.Name, string.Concat(objects.Select(part => part.Yaml)), Warnings(destination, repository)) { Objects = [.. objects] };
    }

    private static void AddRepository(YamlText yaml, PackageRepositorySpec repository, PullSecretSpec secret, bool isPlainImage)
    {
        yaml.Document().Add(0, "apiVersion", repository.ApiVersion).Add(0, "kind", "PackageRepository");
        PullSecretDocuments.AddMetadata(yaml, repository.Name, repository.Namespace);
        yaml.Key(0, "spec");
        if (repository.SyncPeriod is not null)
            yaml.Add(1, "syncPeriod", repository.SyncPeriod);
        yaml.Key(1, "fetch").Key(2, isPlainImage ? "image" : "imgpkgBundle").Add(3, isPlainImage ? "url" : "image", repository.Image);
        if (repository.Constraints is not null)
            AddTagSelection(yaml, repository.Constraints, repository.Prereleases);
        if (secret.IsReferenced)
            yaml.Key(3, "secretRef").Add(4, "name", secret.Name!);
    }

    private static void AddTagSelection(YamlText yaml, string constraints, string[]? prereleases)
    {
        yaml.Key(3, "tagSelection").Key(4, "semver").Add(5, "constraints", constraints);
        if (prereleases is [])
            yaml.AddRaw(5, "prereleases", "{}");
        else if (prereleases is not null)
            yaml.Key(5, "prereleases").AddList(6, "identifiers", prereleases);
    }

    private static ImmutableArray<Diagnostic> Warnings(RepositoryName destination, PackageRepositorySpec repository)
    {
        ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        if (repository.ApiVersion == PackageRepositoryOptions.OldApiVersion)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.OldApiGroup,
                $"The PackageRepository '{repository.Name}' is of {repository.ApiVersion}, which only clusters with kapp-controller before 0.20 serve.",
                $"For any other cluster leave the API version out, or write {PackageRepositoryOptions.CurrentApiVersion}."));
        }

        if (repository.IsUnpinned)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.UnpinnedReference,
                $"The PackageRepository '{repository.Name}' names neither tag nor digest of {destination}, so that the cluster looks for the tag 'latest'.",
                "Pin it by digest or by tag, or see to it that the repository has the tag 'latest'."));
        }

        if (repository.IsSyncPeriodRaised)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.SyncPeriodRaised,
                $"The sync period {repository.SyncPeriod} of the PackageRepository '{repository.Name}' is under 30s, to which the cluster raises it.",
                "Write 30s or more."));
        }

        return [.. warnings.Select(warning => warning with { Reference = repository.Image })];
    }
}
