using System.CommandLine;
using Airgap.Oci.Client;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary><c>packages list</c>: lists the packages of a package repository, in a registry or an archive.</summary>
internal sealed class PackagesListCommand
{
    /// <summary>The default file name of the page.</summary>
    public const string DefaultPage = "packages.html";

    private readonly BundleSourceFlags _source = new("Package repository whose packages to list", "Archive whose packages to list");
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
        foreach (Option option in (Option[])[.. flags._source.Options, flags._concurrency, flags._html])
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        (RelocationSource.Archive? archive, string? bundle) = _source.Read(parsed);
        FileFlags.Check(parsed);
        session.Report.Source = archive?.ToString() ?? bundle;
        session.Phase = "listing";
        using RegistryClient? registry = archive is null ? _registry.Connect(parsed, session) : null;
        return await ListAsync(
            archive, bundle, registry, parsed.GetValue(_concurrency), parsed.GetText(_html), session, cancellationToken);
    }

    /// <summary>Lists the packages, and writes their page.</summary>
    /// <param name="archive">The archive; null to read from a registry.</param>
    /// <param name="bundle">The package repository's reference; null for an archive.</param>
    /// <param name="registry">The registries; null for an archive.</param>
    /// <param name="concurrency">The number of concurrent requests.</param>
    /// <param name="page">The page's file; null for none.</param>
    /// <param name="session">Receives the list.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ListAsync(
        RelocationSource.Archive? archive, string? bundle, RegistryClient? registry, int concurrency, string? page, Session session,
        CancellationToken cancellationToken)
    {
        OutputCheck.OfFiles(page);
        PackageListing listing = registry is null
            ? await PackageLister.ListArchiveAsync(archive!, cancellationToken)
            : await PackageLister.ListAsync(registry, References.Parse(bundle!), concurrency, cancellationToken);
        await PackagesText.WritePageAsync(page, listing, session, cancellationToken);
        PackagesText.Show(session, listing);
        return 0;
    }
}
