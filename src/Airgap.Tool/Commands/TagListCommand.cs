using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Describing;

namespace Airgap.Tool.Commands;

/// <summary><c>tag list</c>: lists the tags of a repository, or the tags of an archive's images.</summary>
internal sealed class TagListCommand
{
    private readonly Option<string?> _image = Flag.Text("--image", "REPOSITORY", "Repository whose tags to list", "-i");
    private readonly Option<string?> _tar = Flag.Text("--tar", "FILE", "Archive whose tags to list. Contacts no registry");
    private readonly PartsInFlag _parts = new();
    private readonly Option<bool> _digests = Flag.Switch("--digests", "Show the digest of each tag (one request each)");
    private readonly Option<bool> _internal = Flag.Switch("--imgpkg-internal-tags", "Also list tags that end with .imgpkg");
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "list",
            "Lists the tags of a repository or an archive.",
            ("The tags of a repository", "tag list -i final-registry.corp.com/apps/simple-app-bundle"),
            ("With their digests", "tag list -i final-registry.corp.com/apps/simple-app-bundle --digests"),
            ("The tags in an archive", "tag list --tar simple-app-bundle.tar"));
        command.Aliases.Add("ls");
        TagListCommand flags = new();
        foreach (Option option in new Option[] { flags._image, flags._tar, flags._parts.Option, flags._digests, flags._internal })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string? tar = parsed.GetText(_tar);
        string? image = parsed.GetText(_image);
        if ((tar is null) == (image is null))
            throw new AirgapException(
                ErrorCode.SourceSelection, "Expected either --image (-i) or --tar as a source", "Give exactly one of them.");
        if (tar is null)
            _parts.CheckUnused(parsed);
        session.Report.Source = tar ?? image;
        session.Phase = "listing";
        TagListOptions options = new() { Digests = parsed.GetValue(_digests), Internal = parsed.GetValue(_internal) };
        ImmutableArray<ListedTag> tags = tar is not null
            ? await TagLister.ListArchiveAsync(_parts.Of(parsed, tar), options, cancellationToken)
            : await ListAsync(parsed, References.Parse(image!).Repository, options, session, cancellationToken);
        session.Report.Tags = [.. tags.Select(tag => new ReportTag(tag.Name, tag.Digest?.ToString()))];
        session.WriteTable(Table(tags, options.Digests));
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }

    private static Table Table(ImmutableArray<ListedTag> tags, bool withDigests) => withDigests
        ? new Table("Tags", "tags", [new("name", "Name"), new("digest", "Digest")],
            [.. tags.Select(tag => new[] { tag.Name, tag.Digest.ToString()! })])
        : new Table("Tags", "tags", [new("name", "Name")], [.. tags.Select(tag => new[] { tag.Name })]);

    private async Task<ImmutableArray<ListedTag>> ListAsync(
        ParseResult parsed, RepositoryName repository, TagListOptions options, Session session, CancellationToken cancellationToken)
    {
        using RegistryClient registry = _registry.Connect(parsed, session);
        return await new TagLister(registry).ListAsync(repository, options, cancellationToken);
    }
}
