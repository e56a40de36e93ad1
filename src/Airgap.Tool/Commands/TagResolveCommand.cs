using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;
using Airgap.Transfer.Describing;

namespace Airgap.Tool.Commands;

/// <summary><c>tag resolve</c>: resolves a tag to a digest.</summary>
internal sealed class TagResolveCommand
{
    private readonly Option<string?> _image = Flag.Text("--image", Flag.ReferenceName, "Image, index or bundle, by tag", "-i");
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "resolve",
            "Prints the reference by digest that a tag resolves to, without a line feed, so that it can be inserted into other text.",
            ("Resolve a tag", "tag resolve -i final-registry.corp.com/apps/simple-app-bundle:v1.0.0"));
        TagResolveCommand flags = new();
        command.Options.Add(flags._image);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string image = parsed.GetText(_image)
            ?? throw new AirgapException(
                ErrorCode.SourceSelection, "Expected --image (-i) as a source", "Give the reference whose tag to resolve.");
        session.Report.Source = image;
        session.Phase = "resolving";
        using RegistryClient registry = _registry.Connect(parsed, session);
        ImageReference found = await new TagLister(registry).ResolveAsync(References.Parse(image), cancellationToken);
        session.Report.Reference = found.ToString();
        session.WriteBlock(found.ToString());
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }
}
