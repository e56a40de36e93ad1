using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Writes the PackageRepository manifest of a relocated bundle.</summary>
/// <remarks>Source: kapp-controller's documentation, "Packaging APIs" and "Air-gapped workflow".</remarks>
internal static class PackageRepositoryWriter
{
    /// <summary>Makes the manifest. Writes no file.</summary>
    /// <param name="destination">The repository that the bundle was relocated to.</param>
    /// <param name="digest">The bundle's digest there.</param>
    /// <param name="tag">Its tag there; null for none.</param>
    /// <param name="options">The options of the manifest.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidKubernetesName"/>: a name or namespace that Kubernetes refuses, including the
    /// default name. <see cref="ErrorCode.InvalidPackageRepository"/>: another option that the cluster would refuse, or
    /// options that do not go together.
    /// </exception>
    public static PackageRepositoryManifest Create(RepositoryName destination, Digest digest, string? tag, PackageRepositoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(options);
        PackageRepositorySpec repository = PackageRepositorySpec.Read(destination, digest, tag, options);
        PackageInstallSpec? install = PackageInstallSpec.Read(destination, repository.Namespace, options);
        PullSecretSpec secret = PullSecretSpec.Read(destination, repository, install, options);
        string? controller = ReadController(destination, options);
        ManifestYaml yaml = new();
        AddRepository(yaml, repository, secret, options.IsPlainImage);
        List<KubernetesObject> objects = options.CreateNamespace
            ? [.. NamespacesOf(destination, repository, install, secret).Select(ClusterDocuments.Namespace)] : [];
        objects.Add(new("PackageRepository", repository.Namespace, repository.Name, yaml.ToString()));
        if (secret.IsWritten)
            objects.Add(new PullSecretObject(secret.Namespace, secret.Name!, [destination.Registry]));
        if (secret is { IsWritten: true, IsReferenced: true } && install is not null && install.Namespace != secret.Namespace)
            objects.Add(new PullSecretObject(install.Namespace, secret.Name!, [destination.Registry]));
        if (secret.ExportedTo.Length > 0)
            objects.Add(new SecretExportObject(secret.Namespace!, secret.Name!, [.. secret.ExportedTo]));
        if (controller is not null)
            objects.Add(ClusterDocuments.Trust(controller, options.CaCertificates));
        if (install is not null)
            objects.AddRange(PackageInstallDocuments.Of(install, secret));
        return new PackageRepositoryManifest(
            repository.Name, string.Concat(objects.Select(part => part.Yaml)), Warnings(destination, repository, secret, tag, options))
        {
            Objects = [.. objects]
        };
    }

    private static string[] NamespacesOf(
        RepositoryName destination, PackageRepositorySpec repository, PackageInstallSpec? install, PullSecretSpec secret)
    {
        string[] names = [.. new[] { repository.Namespace, secret.IsWritten ? secret.Namespace : null, install?.Namespace }.OfType<string>()
            .Distinct(StringComparer.Ordinal)];
        return names.Length > 0 ? names
            : throw PackageRepositorySpec.Invalid(
                destination, "a namespace is to be created but none is named", "Give the PackageRepository's namespace.");
    }

    private static string? ReadController(RepositoryName destination, PackageRepositoryOptions options)
    {
        if (PackageRepositorySpec.OrNull(options.ControllerConfig) is not { } text
            || text.Equals("false", StringComparison.OrdinalIgnoreCase))
            return null;
        if (options.CaCertificates.Length == 0)
            throw PackageRepositorySpec.Invalid(
                destination, "the settings of kapp-controller are to name a certificate authority, but none is known",
                "Name its PEM file where the registry's is named.");
        return text.Equals("true", StringComparison.OrdinalIgnoreCase)
            ? ClusterDocuments.ControllerNamespace : KubernetesName.RequireLabel(text, "the namespace of kapp-controller");
    }

    private static void AddRepository(ManifestYaml yaml, PackageRepositorySpec repository, PullSecretSpec secret, bool isPlainImage)
    {
        yaml.Document().Add(0, "apiVersion", repository.ApiVersion).Add(0, "kind", "PackageRepository");
        PullSecretDocuments.AddMetadata(yaml, repository.Name, repository.Namespace);
        yaml.Key(0, "spec");
        if (repository.SyncPeriod is not null)
            yaml.Add(1, "syncPeriod", repository.SyncPeriod);
        yaml.Key(1, "fetch").Key(2, isPlainImage ? "image" : "imgpkgBundle");
        if (repository.IsContentTag)
            yaml.Comment(
                3, "By content tag. kapp-controller caches what it fetched by digest, from any registry, " +
                "and asks no other registry")
                .Comment(
                    3, "for the same digest; it resolves a tag at each sync, so that it fetches from here, and its Packages name this " +
                    "registry.");
        yaml.Add(3, isPlainImage ? "url" : "image", repository.Image);
        if (repository.Constraints is not null)
            AddTagSelection(yaml, repository.Constraints, repository.Prereleases);
        if (secret.IsReferenced)
            yaml.Key(3, "secretRef").Add(4, "name", secret.Name!);
    }

    private static void AddTagSelection(ManifestYaml yaml, string constraints, string[]? prereleases)
    {
        yaml.Key(3, "tagSelection").Key(4, "semver").Add(5, "constraints", constraints);
        if (prereleases is [])
            yaml.AddRaw(5, "prereleases", "{}");
        else if (prereleases is not null)
            yaml.Key(5, "prereleases").AddList(6, "identifiers", prereleases);
    }

    private static ImmutableArray<Diagnostic> Warnings(
        RepositoryName destination, PackageRepositorySpec repository, PullSecretSpec secret, string? tag, PackageRepositoryOptions options)
    {
        ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        if (repository.ApiVersion == PackageRepositoryOptions.OldApiVersion)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.OldApiGroup,
                "The PackageRepository " +
                $"'{repository.Name}' is of {repository.ApiVersion}, which only alphas of kapp-controller before 0.19 served (0.17.0 to " +
                "0.19.0-alpha.6), as a kind of the whole " +
                $"cluster{(repository.Namespace is null ? "" : $": there it has no namespace such as '{repository.Namespace}'")}.",
                $"For any other cluster omit the API version, or write {PackageRepositoryOptions.CurrentApiVersion}."));
        }

        if (repository.IsUnpinned)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.UnpinnedReference,
                "The PackageRepository " +
                $"'{repository.Name}' names neither tag nor digest of {destination}, so the cluster looks for the tag 'latest'.",
                "Pin it by digest or by tag, or make sure that the repository has the tag 'latest'."));
        }

        if (repository.IsSyncPeriodRaised)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.SyncPeriodRaised,
                $"The sync period {repository.SyncPeriod} of the PackageRepository '{repository.Name}' is under 30s, to which the " +
                "cluster raises it.",
                "Write 30s or more."));
        }

        if (repository.Constraints is { } constraints
            && (string.IsNullOrWhiteSpace(tag) || !TagConstraints.Includes(tag, constraints, repository.Prereleases)))
        {
            warnings.Add(new Diagnostic(
                ErrorCode.TagNotSelected,
                string.IsNullOrWhiteSpace(tag)
                    ? $"The PackageRepository '{repository.Name}' selects a tag by '{constraints}', but the relocated bundle has none."
                    : "The PackageRepository " +
                    $"'{repository.Name}' selects a tag by '{constraints}', which the tag '{tag}' of the relocated bundle does not match.",
                "Give the bundle a tag that is a version of the range, such as v1.2.0; a pre-release counts only if requested."));
        }

        if (options.IsPlainImage)
        {
            warnings.Add(new Diagnostic(
                ErrorCode.PlainImageRepository,
                "The PackageRepository " +
                $"'{repository.Name}' fetches a plain image, so the images that its Packages name are not replaced: the cluster pulls " +
                "them from their original registry.",
                "Push the packages as a bundle with an ImagesLock, and relocate that."));
        }

        if (secret.ExportedTo is [ClusterDocuments.GlobalNamespace])
        {
            warnings.Add(new Diagnostic(
                ErrorCode.ExportMissesInstalls,
                $"The Secret '{secret.Name}' is exported only to {ClusterDocuments.GlobalNamespace}: packages installed in " +
                "other namespaces are pulled without it.",
                "Name the namespaces of the installs, or '*' for all."));
        }

        return [.. warnings.Select(warning => warning with { Reference = repository.Image })];
    }
}
