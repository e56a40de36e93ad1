using System.CommandLine;
using Airgap.Publishing.Declarations;
using Airgap.Tool.CommandLine;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Tool.Commands;

/// <summary>The flags of <c>package-repository</c> for the content of its manifest.</summary>
internal sealed class PackageRepositoryFlags
{
    private readonly Option<string?> _name = Flag.Text("--name", "NAME", "metadata.name (default: the last path segment of the reference)");
    private readonly Option<string?> _namespace = Flag.Text("--namespace", "NAME", "metadata.namespace", "-n");
    private readonly Option<string?> _syncPeriod = Flag.Text("--sync-period", "DURATION", "spec.syncPeriod, such as 10m");
    private readonly Option<string?> _tagSelection =
        Flag.Text("--tag-selection", "CONSTRAINTS", "Follow tags by semantic version, such as '>=1.0.0', instead of a digest");
    private readonly Option<string?> _prereleases =
        Flag.Text("--prereleases", "IDS", "Pre-release identifiers that the selection accepts, separated by commas");
    private readonly Option<string> _pin =
        Flag.Choice("--pin", "How the reference is pinned", "digest", "digest", "tag", "content-tag", "none");
    private readonly Option<string?> _apiVersion =
        Flag.Text("--api-version", "GROUP/VERSION", "apiVersion (default: packaging.carvel.dev/v1alpha1)");
    private readonly Option<string?> _secretName = Flag.Text("--secret-name", "NAME", "Secret with the registry's credentials");
    private readonly Option<string?> _secretNamespace =
        Flag.Text("--secret-namespace", "NAME", "Namespace of that Secret, for secretgen-controller");
    private readonly Option<string> _secretVariant = Flag.Choice(
        "--secret-variant", "How the manifest refers to the Secret, which 'secret' makes", "auto", "auto", "none", "secret-ref",
        "placeholder", "secretgen");

    private readonly Option<string?> _toNamespaces = Flag.Text(
        "--to-namespaces", "NAMES",
        "Namespaces besides --namespace to which secretgen-controller exports the Secret, separated by commas, or '*'");
    private readonly Option<bool> _createNamespace =
        Flag.Switch("--create-namespace", "Also write the Namespaces, before the objects in them");
    private readonly Option<string?> _install =
        Flag.Text("--install", "NAME@VERSIONS", "Write a PackageInstall of this package, such as 'simple-app.corp.com@>=1.0.0'");
    private readonly Option<string?> _installNamespace =
        Flag.Text("--install-namespace", "NAME", "Namespace of the PackageInstall (default: that of the repository)");
    private readonly Option<string?> _serviceAccount = Flag.Text("--service-account", "NAME", "Service account that installs the package");
    private readonly Option<string?> _valuesFile = Flag.Text("--values-file", "FILE", "Values of the install");
    private readonly Option<string?> _controllerConfig = Flag.Text(
        "--controller-config", "NAMESPACE",
        "Write kapp-controller-config with the certificates of --registry-ca-cert-path into kapp-controller's namespace");

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All =>
    [
        _name, _namespace, _syncPeriod, _tagSelection, _prereleases, _pin, _apiVersion, _secretName, _secretNamespace, _secretVariant,
        _toNamespaces, _createNamespace, _install, _installNamespace, _serviceAccount, _valuesFile, _controllerConfig,
    ];

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isPlainImage">True for an image that is not a bundle.</param>
    /// <param name="registry">Names the certificates that the cluster is to trust.</param>
    public PackageRepositoryOptions Read(ParseResult parsed, bool isPlainImage, RegistryFlags registry)
    {
        PackageRepositoryOptions defaults = new();
        string? secret = parsed.GetText(_secretName);
        return new PackageRepositoryOptions
        {
            Name = parsed.GetText(_name),
            Namespace = parsed.GetText(_namespace),
            ApiVersion = parsed.GetText(_apiVersion) ?? defaults.ApiVersion,
            Pinning = parsed.GetValue(_pin) switch
            {
                "tag" => ReferencePinning.Tag,
                "content-tag" => ReferencePinning.ContentTag,
                "none" => ReferencePinning.None,
                _ => ReferencePinning.Digest,
            },
            TagSelection = parsed.GetText(_tagSelection),
            Prereleases = parsed.GetText(_prereleases),
            SyncPeriod = parsed.GetText(_syncPeriod),
            SecretName = secret,
            SecretNamespace = parsed.GetText(_secretNamespace),
            SecretVariant = parsed.GetValue(_secretVariant) switch
            {
                "none" => PullSecretVariant.None,
                "secret-ref" => PullSecretVariant.SecretRef,
                "placeholder" => PullSecretVariant.SecretRefWithPlaceholder,
                "secretgen" => PullSecretVariant.SecretgenController,
                _ => secret is null ? PullSecretVariant.None : PullSecretVariant.SecretRef,
            },
            IsPlainImage = isPlainImage,
            ToNamespaces = parsed.GetText(_toNamespaces),
            CreateNamespace = parsed.GetValue(_createNamespace),
            Install = parsed.GetText(_install),
            InstallNamespace = parsed.GetText(_installNamespace),
            ServiceAccount = parsed.GetText(_serviceAccount),
            Values = parsed.GetText(_valuesFile) is { } values ? ManifestFiles.Read(values) : null,
            ControllerConfig = parsed.GetText(_controllerConfig),
            CaCertificates = parsed.GetText(_controllerConfig) is null
            ? "" : ManifestFiles.ReadAll(registry.Read(parsed, null).CaCertificatePaths),
        };
    }
}
