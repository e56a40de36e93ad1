using System.CommandLine;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary><c>package-repository</c>: writes the manifest of an already relocated bundle.</summary>
internal sealed class PackageRepositoryCommand
{
    private readonly Option<string?> _bundle = Flag.Text("--bundle", Flag.ReferenceName, "Relocated bundle", "-b");
    private readonly Option<string?> _image =
        Flag.Text("--image", Flag.ReferenceName, "Relocated plain image, fetched as fetch.image", "-i");
    private readonly Option<string?> _output = Flag.Text("--output", "FILE", "File to write (default: standard output)", "-o");
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
        "--secret-variant", "How the manifest refers to the Secret, and what is written for it", "auto", "auto", "none", "secret-ref",
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
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "package-repository",
            "Writes the PackageRepository manifest of a relocated bundle, after it has found every image of the bundle " +
            "in the bundle's repository.",
            ("To standard output",
                "package-repository -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0 --name simple-package-repository"),
            ("With a Secret, to a file",
                "package-repository -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0 --namespace packages --secret-name " +
                "pull-secret -o repository.yml"));
        PackageRepositoryCommand flags = new();
        foreach (Option option in new Option[]
        {
            flags._bundle, flags._image, flags._output, flags._name, flags._namespace, flags._syncPeriod,
                flags._tagSelection, flags._prereleases,
            flags._pin, flags._apiVersion, flags._secretName, flags._secretNamespace, flags._secretVariant,
            flags._toNamespaces, flags._createNamespace, flags._install, flags._installNamespace, flags._serviceAccount, flags._valuesFile,
            flags._controllerConfig,
        })
        {
            command.Options.Add(option);
        }

        command.Subcommands.Add(PackageRepositoryBuildCommand.Create(host));
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string? bundle = parsed.GetText(_bundle);
        string? image = parsed.GetText(_image);
        if ((bundle is null) == (image is null))
            throw new AirgapException(
                ErrorCode.SourceSelection, "Expected either --bundle (-b) or --image (-i)", "Give exactly one of them.");
        ImageReference reference = References.Parse(bundle ?? image!);
        OutputCheck.OfFiles(parsed.GetText(_output));
        session.Report.Source = reference.ToString();

        using RegistryClient client = _registry.Connect(parsed, session.Trace);
        RelocationSource source = bundle is null ? new RelocationSource.Image(reference) : new RelocationSource.Bundle(reference);
        session.Phase = "planning";
        TransferPlan plan = await new Relocator(new SingleRepository(client, reference))
            .PlanAsync(source, new PlanOptions { IncludeNonDistributableLayers = true }, cancellationToken);
        if (bundle is not null)
            CheckPackages(plan, session, reference);

        PackageRepositoryOptions options = await FollowAsync(
            Options(parsed, bundle is null), parsed.GetText(_output), client, reference.WithDigest(plan.Root!.Digest),
            session, cancellationToken);
        PackageRepositoryManifest manifest =
            PackageRepositoryWriter.Create(reference.Repository, plan.Root!.Digest, reference.IsUnpinned ? null : reference.Tag, options);
        if (options.SecretVariant == PullSecretVariant.None
            && await AnonymousPull.FindRefusalAsync(
                _registry.Read(parsed, session.Trace), reference.WithDigest(plan.Root.Digest), manifest.Name,
                cancellationToken) is { } refusal)
        {
            session.Warn(refusal);
        }

        foreach (Diagnostic warning in manifest.Warnings)
            session.Warn(warning);
        await WriteAsync(parsed.GetText(_output), manifest, session, cancellationToken);
        session.Report.Reference = reference.WithDigest(plan.Root!.Digest).ToString();
        return 0;
    }

    // Another tool, which writes no such tag, may have relocated the bundle.
    private static async Task<PackageRepositoryOptions> FollowAsync(
        PackageRepositoryOptions options, string? output, RegistryClient client, ImageReference reference, Session session,
        CancellationToken cancellationToken)
    {
        EarlierManifest? earlier = output is null ? null : EarlierManifest.Find(output, options.Name ?? reference.Repository.LastSegment);
        PackageRepositoryOptions followed =
            earlier?.Follow(options, reference.Repository, reference.Digest!.Value, session.Warn) ?? options;
        if (followed.Pinning == ReferencePinning.ContentTag && string.IsNullOrEmpty(followed.TagSelection)
            && (await client.GetRepository(reference.Repository)
                .ResolveAsync(ContentTags.Default(reference.Digest!.Value), cancellationToken))?.Digest != reference.Digest)
        {
            throw new AirgapException(
                ErrorCode.InvalidPackageRepository,
                $"{reference.Repository} has no tag {ContentTags.Default(reference.Digest!.Value)}, by which the manifest is to name the " +
                "bundle.",
                "Relocate the bundle with dotnet airgap copy or imgpkg copy, which write it, or give --pin tag.")
            { Reference = reference.ToString() };
        }

        return followed;
    }

    private static void CheckPackages(TransferPlan plan, Session session, ImageReference reference)
    {
        if (plan.RootBundle is not { HasPackages: true })
        {
            throw new AirgapException(
                ErrorCode.NotAPackageRepository,
                $"The bundle {reference} has no packages/ directory, so it is not a package repository.",
                "Give a bundle with Package manifests under packages/.")
            { Reference = reference.ToString() };
        }

        foreach (Diagnostic warning in plan.RootBundle.PackageWarnings)
            session.Warn(warning);
    }

    private static async Task WriteAsync(
        string? output, PackageRepositoryManifest manifest, Session session, CancellationToken cancellationToken)
    {
        session.Report.Manifest = manifest.Yaml;
        if (output is not null)
        {
            await AtomicFile.WriteAsync(output, Encoding.UTF8.GetBytes(manifest.Yaml), mode: null, cancellationToken);
            session.Report.Files = [new ReportFile(output, "packageRepository")];
        }
        else if (!session.Options.Json)
        {
            await session.Terminal.Out.WriteAsync(manifest.Yaml);
        }
    }

    private PackageRepositoryOptions Options(ParseResult parsed, bool isPlainImage)
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
            ? "" : ManifestFiles.ReadAll(_registry.Read(parsed, null).CaCertificatePaths),
        };
    }
}
