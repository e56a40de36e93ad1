using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Commands;

/// <summary><c>packages list</c>: lists the packages of a package repository, in a registry or an archive.</summary>
internal sealed class PackagesListCommand
{
    /// <summary>The default file name of the page.</summary>
    public const string DefaultPage = "packages.html";

    private readonly Option<string?> _bundle = Flag.Text("--bundle", Flag.ReferenceName, "Package repository whose packages to list", "-b");
    private readonly Option<string?> _tar = Flag.Text("--tar", "FILE", "Archive whose packages to list. Contacts no registry");
    private readonly LayoutFlags _layout = new();
    private readonly PartsInFlag _parts = new();
    private readonly Option<int> _concurrency = Flag.Concurrency();
    private readonly Option<string?> _html =
        Flag.OptionalText("--html", "FILE", "HTML page to write, readable offline", DefaultPage);
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "list",
            "Lists the packages of a package repository: versions, release dates, the size of what each needs, and how much of it other " +
            "packages share. Fetches no image layers.",
            ("In a registry", "packages list -b index.docker.io/user1/simple-repository:v1.0.0"),
            ("In an archive, without a registry", "packages list --tar simple-repository.tar"));
        PackagesListCommand flags = new();
        foreach (Option option in new Option[] { flags._bundle, flags._tar, flags._layout.Folder, flags._layout.Tar, flags._parts.Option,
            flags._concurrency, flags._html })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string? tar = _layout.Choose(parsed, parsed.GetText(_tar));
        string? bundle = parsed.GetText(_bundle);
        if ((tar is null) == (bundle is null))
            throw new AirgapException(
                ErrorCode.SourceSelection, "Expected either --bundle (-b) or --tar as a source",
                "Give exactly one of them, or of --oci and --oci-tar.");
        if (tar is null)
            _parts.CheckUnused(parsed);
        FileFlags.Check(parsed);
        OutputCheck.OfFiles(parsed.GetText(_html));
        session.Report.Source = tar ?? bundle;
        session.Phase = "listing";
        using RegistryClient? registry = tar is null ? _registry.Connect(parsed, session) : null;
        PackageListing listing = registry is null
            ? await PackageLister.ListArchiveAsync(_parts.Of(parsed, tar!), cancellationToken)
            : await PackageLister.ListAsync(registry, References.Parse(bundle!), parsed.GetValue(_concurrency), cancellationToken);
        await PackagesText.WritePageAsync(parsed.GetText(_html), listing, session, cancellationToken);
        PackagesText.Show(session, listing);
        return 0;
    }
}
