using System.CommandLine;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Bundles;
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
    private readonly PackageRepositoryFlags _manifest = new();
    private readonly RegistryFlags _registry = new() { ReadsSources = false };

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
        foreach (Option option in (Option[])[flags._bundle, flags._image, flags._output, .. flags._manifest.All])
            command.Options.Add(option);
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
        FileFlags.Check(parsed);
        OutputCheck.OfFiles(parsed.GetText(_output));
        session.Report.Source = reference.ToString();

        using RegistryClient client = _registry.Connect(parsed, session);
        RelocationSource source = bundle is null ? new RelocationSource.Image(reference) : new RelocationSource.Bundle(reference);
        session.Phase = "planning";
        TransferPlan plan = await new Relocator(new SingleRepository(client, reference))
            .PlanAsync(source, new PlanOptions { IncludeNonDistributableLayers = true }, cancellationToken);
        if (bundle is not null)
            CheckPackages(plan, session, reference);

        PackageRepositoryOptions options = await FollowAsync(
            _manifest.Read(parsed, bundle is null, _registry), parsed.GetText(_output), client, reference.WithDigest(plan.Root!.Digest),
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

        if (await PlainHttpMirror.FindProblemAsync(client, reference.Repository, manifest.Name, cancellationToken) is { } unreachable)
            session.Warn(unreachable);
        foreach (Diagnostic warning in manifest.Warnings)
            session.Warn(warning);
        manifest = PlaceholderSecrets.LeaveOut(manifest, session);
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
                .ResolveAsync(ContentTag.Of(reference.Digest!.Value), cancellationToken))?.Digest != reference.Digest)
        {
            throw new AirgapException(
                ErrorCode.InvalidPackageRepository,
                $"{reference.Repository} has no tag {ContentTag.Of(reference.Digest!.Value)}, by which the manifest is to name the " +
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
}
