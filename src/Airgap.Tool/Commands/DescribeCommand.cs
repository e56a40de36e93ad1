using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;
using Airgap.Transfer.Describing;

namespace Airgap.Tool.Commands;

/// <summary><c>describe</c>: the tree of a bundle, in a registry or an archive.</summary>
internal sealed class DescribeCommand
{
    private readonly Option<string?> _bundle = Flag.Text("--bundle", Flag.ReferenceName, "Bundle to describe", "-b");
    private readonly Option<string?> _tar = Flag.Text("--tar", "FILE", "Archive whose bundle to describe; no registry is asked");
    private readonly Option<string> _output = Flag.Choice("--output-type", "Form of the output", "text", "text", "yaml");
    private readonly Option<int> _concurrency = Flag.Number("--concurrency", "Requests under way at once", 8, 1);
    private readonly Option<bool> _layers = Flag.Switch("--layers", "Tell the layers of bundles and images", byDefault: true);
    private readonly Option<bool> _cosign = Flag.Switch("--cosign-artifacts", "Look for cosign signatures", byDefault: true);
    private readonly Option<bool> _noOrigin = Flag.Switch(
        "--no-origin", "Ask no repository but the bundle's own; images that are not there are listed as that (default: they are looked for where they came from)");

    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "describe",
            "Describes the images and bundles that a bundle pins, with their origins, annotations, signatures and layers. No layer of an image is fetched.",
            ("A bundle in a registry", "describe -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0"),
            ("As YAML", "describe -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0 -o yaml"),
            ("A bundle in an archive, without any registry", "describe --tar simple-app-bundle.tar"));
        DescribeCommand flags = new();
        flags._output.Aliases.Add("-o");
        foreach (Option option in new Option[] { flags._bundle, flags._tar, flags._output, flags._concurrency, flags._layers, flags._cosign, flags._noOrigin })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string? tar = parsed.GetText(_tar);
        string? bundle = parsed.GetText(_bundle);
        if ((tar is null) == (bundle is null))
            throw new AirgapException(ErrorCode.SourceSelection, "Expected either --bundle (-b) or --tar as a source", "Give exactly one of them.");
        session.Report.Source = tar ?? bundle;
        session.Phase = "describing";
        DescribeOptions options = new()
        {
            Layers = parsed.GetValue(_layers),
            CosignArtifacts = parsed.GetValue(_cosign),
            Origins = !parsed.GetValue(_noOrigin),
            Concurrency = parsed.GetValue(_concurrency),
        };
        BundleDescription description = tar is not null
            ? await Describer.DescribeArchiveAsync(tar, options, cancellationToken).ConfigureAwait(false)
            : await DescribeAsync(parsed, References.Parse(bundle!), options, session, cancellationToken).ConfigureAwait(false);
        session.Report.Reference = description.Image.ToString();
        session.Report.Description = DescriptionDocument.Of(description);
        session.WriteBlock(parsed.GetValue(_output) == "yaml" ? DescriptionYaml.Write(description) : DescriptionText.Write(description));
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }

    private async Task<BundleDescription> DescribeAsync(
        ParseResult parsed, ImageReference bundle, DescribeOptions options, Session session, CancellationToken cancellationToken)
    {
        using RegistryClient registry = _registry.Connect(parsed, session.Trace);
        return await new Describer(registry).DescribeAsync(bundle, options, cancellationToken).ConfigureAwait(false);
    }
}
