using Airgap.Oci;

namespace Airgap.Cluster.Objects;

/// <summary>A kind's API path.</summary>
/// <param name="ApiVersion">Group and version.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Plural">Its name in paths.</param>
/// <param name="IsNamespaced">True if its objects live in namespaces.</param>
internal sealed record ResourceKind(string ApiVersion, string Kind, string Plural, bool IsNamespaced)
{
    /// <summary>PackageRepositories.</summary>
    public static readonly ResourceKind PackageRepository =
        new("packaging.carvel.dev/v1alpha1", nameof(PackageRepository), "packagerepositories", true);

    /// <summary>PackageInstalls.</summary>
    public static readonly ResourceKind PackageInstall =
        new("packaging.carvel.dev/v1alpha1", nameof(PackageInstall), "packageinstalls", true);

    /// <summary>Packages, which kapp-controller serves itself.</summary>
    public static readonly ResourceKind Package = new("data.packaging.carvel.dev/v1alpha1", nameof(Package), "packages", true);

    /// <summary>Secrets.</summary>
    public static readonly ResourceKind Secret = new("v1", nameof(Secret), "secrets", true);

    private static readonly ResourceKind[] s_known =
    [
        PackageRepository, PackageInstall, Package, Secret,
        new("v1", "Namespace", "namespaces", false),
        new("v1", "ConfigMap", "configmaps", true),
        new("v1", "ServiceAccount", "serviceaccounts", true),
        new("rbac.authorization.k8s.io/v1", "Role", "roles", true),
        new("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true),
        new("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
        new("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false),
        new("secretgen.carvel.dev/v1alpha1", "SecretExport", "secretexports", true),
        new("secretgen.carvel.dev/v1alpha1", "SecretImport", "secretimports", true),
    ];

    /// <summary>A kind known without asking; null for others.</summary>
    public static ResourceKind? Known(string apiVersion, string kind) =>
        Array.Find(s_known, known => known.ApiVersion == apiVersion && known.Kind == kind);

    /// <summary>The order of application: prerequisites come first.</summary>
    public static int Rank(string kind) => kind switch
    {
        "Namespace" => 0,
        "CustomResourceDefinition" => 1,
        "Secret" or "ConfigMap" => 2,
        "SecretExport" or "SecretImport" => 3,
        "ServiceAccount" => 4,
        "Role" or "ClusterRole" => 5,
        "RoleBinding" or "ClusterRoleBinding" => 6,
        nameof(PackageRepository) => 8,
        nameof(PackageInstall) => 9,
        _ => 7,
    };

    /// <summary>The path of a list: of a namespace, or of the whole cluster with null.</summary>
    public string ListPath(string? ns) => $"{GroupPath(ApiVersion)}{(ns is null ? "" : $"/namespaces/{Segment(ns)}")}/{Plural}";

    /// <summary>The path of an object.</summary>
    public string PathOf(string? ns, string name) => $"{ListPath(IsNamespaced ? ns : null)}/{Segment(name)}";

    // A URL loses such a segment, so that a collection would be addressed instead of an object.
    private static string Segment(string name) => name is not ("" or "." or "..")
        ? Uri.EscapeDataString(name)
        : throw new AirgapException(
            ErrorCode.InvalidObject, $"'{name}' is not a name of an object or namespace.", "See the manifest, or the cluster's own list.");

    /// <summary>The group of an <c>apiVersion</c>; empty for the core group.</summary>
    public static string GroupOf(string apiVersion) =>
        apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion.Split('/')[0] : "";

    /// <summary>The path of a group and version.</summary>
    public static string GroupPath(string apiVersion) =>
        (apiVersion.Contains('/', StringComparison.Ordinal) ? "apis/" : "api/")
            + string.Join('/', apiVersion.Split('/').Select(Uri.EscapeDataString));
}
