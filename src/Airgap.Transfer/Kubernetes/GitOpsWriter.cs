using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Writes the objects with which Flux or Argo CD applies relocated content to a cluster.</summary>
/// <remarks>Source: Flux's documentation of OCIRepository (source.toolkit.fluxcd.io/v1) and Kustomization; Argo CD's user guide,
/// "OCI".</remarks>
internal static partial class GitOpsWriter
{
    private const string DefaultInterval = "10m";

    /// <summary>Makes them. Writes no file.</summary>
    /// <param name="destination">The repository that the content was relocated to.</param>
    /// <param name="digest">Its digest there.</param>
    /// <param name="tag">Its tag there; null for none.</param>
    /// <param name="images">The images that a bundle pins, all in the same repository; null for content that is not a
    /// bundle.</param>
    /// <param name="options">Their options.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidKubernetesName"/>,
    /// <see cref="ErrorCode.InvalidPackageRepository"/>.</exception>
    public static PackageRepositoryManifest Create(
        RepositoryName destination, Digest digest, string? tag, ImagesLock? images, GitOpsOptions options)
    {
        string name = KubernetesName.RequireSubdomain(options.Name, $"the name of {options.Tool}'s objects");
        string ns = KubernetesName.RequireLabel(
            PackageRepositorySpec.OrNull(options.Namespace) ?? (options.Tool == GitOpsTool.Flux ? "flux-system" : "argocd"),
            $"the namespace of {options.Tool}'s objects");
        string? target = PackageRepositorySpec.OrNull(options.TargetNamespace) is { } given
            ? KubernetesName.RequireLabel(given, "the namespace of the applied objects") : null;
        string path = ReadPath(destination, PackageRepositorySpec.OrNull(options.Path));
        ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        ImmutableArray<KubernetesObject> objects = options.Tool == GitOpsTool.Flux
            ? Flux(destination, ReferenceOf(destination, digest, tag, options), path, images, options, (name, ns, target), warnings)
            : [Argo(destination, RevisionOf(destination, digest, tag, options), path, images, (name, ns, target), warnings)];
        return new PackageRepositoryManifest(
            name, string.Concat(objects.Select(part => part.Yaml)),
            [.. warnings.Select(warning => warning with { Reference = destination.ToString() })])
        {
            Objects = objects
        };
    }

    private static ImmutableArray<KubernetesObject> Flux(
        RepositoryName destination, (string Key, string Value) reference, string path, ImagesLock? images, GitOpsOptions options,
        (string Name, string Namespace, string? Target) place, ImmutableArray<Diagnostic>.Builder warnings)
    {
        string interval = PackageRepositorySpec.OrNull(options.Interval) ?? DefaultInterval;
        if (!Interval().IsMatch(interval))
            throw PackageRepositorySpec.Invalid(
                destination, $"'{interval}' is not an interval of Flux",
                "Write a duration in hours, minutes and seconds, such as 10m or 1h30m.");
        ManifestYaml source = new ManifestYaml().Document().Add(0, "apiVersion", "source.toolkit.fluxcd.io/v1")
            .Add(0, "kind", "OCIRepository");
        PullSecretDocuments.AddMetadata(source, place.Name, place.Namespace);
        source.Key(0, "spec").Add(1, "interval", interval).Add(1, "url", $"oci://{destination}").Key(1, "ref")
            .Add(2, reference.Key, reference.Value);
        if (PackageRepositorySpec.OrNull(options.SecretName) is { } secret)
            source.Key(1, "secretRef").Add(2, "name", KubernetesName.RequireSubdomain(secret, "the name of a Secret"));
        if (images is not null)
            source.Comment(1, "The lock of a bundle is not an object of a cluster.").AddBlock(1, "ignore", ".imgpkg/\n");

        ManifestYaml apply = new ManifestYaml().Document().Add(0, "apiVersion", "kustomize.toolkit.fluxcd.io/v1")
            .Add(0, "kind", "Kustomization");
        PullSecretDocuments.AddMetadata(apply, place.Name, place.Namespace);
        apply.Key(0, "spec").Add(1, "interval", interval).Add(1, "path", $"./{(path == "." ? "" : path)}").AddRaw(1, "prune", "true");
        apply.Key(1, "sourceRef").Add(2, "kind", "OCIRepository").Add(2, "name", place.Name);
        if (place.Target is { } target)
            apply.Add(1, "targetNamespace", target);
        AddImages(apply, destination, images, warnings);
        return
        [
            new KubernetesObject("OCIRepository", place.Namespace, place.Name, source.ToString()),
            new KubernetesObject("Kustomization", place.Namespace, place.Name, apply.ToString()),
        ];
    }

    // Flux has no kbld: it replaces images by their names in the content.
    private static void AddImages(
        ManifestYaml yaml, RepositoryName destination, ImagesLock? images, ImmutableArray<Diagnostic>.Builder warnings)
    {
        IGrouping<string, LockedImage>[] named =
            [.. (images?.Images ?? []).GroupBy(NameOf, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)];
        bool isFirst = true;
        foreach (IGrouping<string, LockedImage> group in named)
        {
            Digest[] digests = [.. group.Select(image => image.Image.Digest!.Value).Distinct()];
            if (digests.Length > 1)
            {
                warnings.Add(new Diagnostic(
                    ErrorCode.ImageNotReplaced,
                    $"The bundle pins {digests.Length} images of the name '{group.Key}', which Flux cannot distinguish: it continues " +
                    "pulling them from their original registry.",
                    "Give them different names in the bundle's files, or write the digests there."));
                continue;
            }

            if (isFirst)
                yaml.Key(1, "images");
            isFirst = false;
            yaml.Line(1, $"- name: {ManifestYaml.Scalar(group.Key)}").Add(2, "newName", destination.ToString())
                .Add(2, "digest", digests[0].ToString());
        }
    }

    // kbld records the text in the files; kustomize compares names without tag and digest.
    private static string NameOf(LockedImage image)
    {
        string text = image.Annotations.GetValueOrDefault("kbld.carvel.dev/id") is { Length: > 0 } id
            ? id : image.Image.Repository.ToString();
        text = text.Split('@')[0];
        return text.LastIndexOf(':') is >= 0 and int colon && colon > text.LastIndexOf('/') ? text[..colon] : text;
    }

    private static KubernetesObject Argo(
        RepositoryName destination, string revision, string path, ImagesLock? images, (string Name, string Namespace, string? Target) place,
        ImmutableArray<Diagnostic>.Builder warnings)
    {
        ManifestYaml yaml = new ManifestYaml().Document().Add(0, "apiVersion", "argoproj.io/v1alpha1").Add(0, "kind", "Application");
        PullSecretDocuments.AddMetadata(yaml, place.Name, place.Namespace);
        yaml.Key(0, "spec").Add(1, "project", "default");
        yaml.Comment(
            1,
            "Argo CD finds the registry's credentials in its own Secret, with the label argocd.argoproj.io/secret-type: repository.");
        yaml.Key(1, "source").Add(2, "repoURL", $"oci://{destination}").Add(2, "targetRevision", revision).Add(2, "path", path);
        if (images is not null)
            yaml.Key(2, "directory").AddRaw(3, "recurse", "true").Comment(3, "The lock of a bundle is not an object of a cluster.")
                .Add(3, "exclude", ".imgpkg/*");
        yaml.Key(1, "destination").Add(2, "server", "https://kubernetes.default.svc");
        if (place.Target is { } target)
            yaml.Add(2, "namespace", target);
        if (images is { Images.IsEmpty: false })
        {
            warnings.Add(new Diagnostic(
                ErrorCode.ImageNotReplaced,
                "Argo CD replaces no images of plain files: images that the bundle " +
                $"{destination} pins are pulled from the locations in its files.",
                "Name the mirror in the files, or use Flux or kapp-controller."));
        }

        return new KubernetesObject("Application", place.Namespace, place.Name, yaml.ToString());
    }

    private static (string Key, string Value) ReferenceOf(RepositoryName destination, Digest digest, string? tag, GitOpsOptions options)
    {
        if (PackageRepositorySpec.OrNull(options.TagSelection) is { } range)
            return TagConstraints.IsValid(range)
                ? ("semver", range) : throw PackageRepositorySpec.Invalid(
                    destination, $"'{range}' is not a range of versions",
                    "Write constraints such as '>=1.0.0 <2.0.0', with three numbers to a version.");
        return options.Pinning switch
        {
            ReferencePinning.Digest => ("digest", digest.ToString()),
            ReferencePinning.Tag when !string.IsNullOrWhiteSpace(tag) => ("tag", tag),
            ReferencePinning.Tag => throw PackageRepositorySpec.Invalid(
                destination, "it is to be pinned by tag but has none", "Give it a tag, or pin it by digest."),
            ReferencePinning.ContentTag => ("tag", Bundles.ContentTag.Of(digest)),
            _ => ("tag", ImageReference.DefaultTag),
        };
    }

    private static string RevisionOf(RepositoryName destination, Digest digest, string? tag, GitOpsOptions options) =>
        PackageRepositorySpec.OrNull(options.TagSelection) is null
            ? ReferenceOf(destination, digest, tag, options).Value
            : throw PackageRepositorySpec.Invalid(destination, "Argo CD would select a tag", "Pin it by digest or by tag.");

    // Validates a path inside the content.
    private static string ReadPath(RepositoryName destination, string? text)
    {
        string path = (text ?? ".").Replace('\\', '/').Trim('/');
        path = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        return path.Length == 0 ? "."
            : path == "." || path.Split('/').All(part => part is not ("" or "." or "..") && Segment().IsMatch(part))
            ? path
            : throw PackageRepositorySpec.Invalid(
                destination, $"'{text}' is not a folder of the content",
                "Write a relative path of letters, digits, '.', '_', '-' and '/'.");
    }

    [GeneratedRegex(@"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+\z")]
    private static partial Regex Interval();

    [GeneratedRegex(@"^[A-Za-z0-9._-]+\z")]
    private static partial Regex Segment();
}
