using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Evaluation;
using Airgap.Tool.Output;
using Airgap.Tool.Projects;
using Airgap.Tool.Running;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Tool.Commands;

/// <summary><c>init</c>: declares an existing bundle or image in a project.</summary>
internal sealed class InitCommand
{
    private readonly Argument<string> _reference = new("REFERENCE")
    {
        Description = "Bundle or image to declare; without a tag, the highest version among the repository's tags",
        HelpName = Flag.ReferenceName,
        CompletionSources = { TagCompletion.Of },
    };

    private readonly Option<string?> _project =
        Flag.Text("--project", "FILE", "Project file, or a folder with one (default: the current folder)");
    private readonly Option<string?> _name =
        Flag.Text("--name", "NAME", "Name of the PackageRepository (default: the last path segment of the reference)");
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "init",
            "Declares a bundle or image in a project, with a reference to the package that relocates it. Asks the registry for its kind; " +
            "the rest of the " +
            "project file stays the same, byte for byte.",
            ("In the current folder's project", "init index.docker.io/user1/simple-app-bundle:v1.0.0"),
            ("The highest version, in a project elsewhere",
                "init index.docker.io/user1/simple-app-bundle --project src/App/App.csproj --name simple-package-repository"));
        InitCommand flags = new();
        command.Arguments.Add(flags._reference);
        foreach (Option option in new Option[] { flags._project, flags._name })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        // Errors here are reported before any request.
        ImageReference asked = References.Parse(parsed.GetValue(_reference)!);
        string project = EvaluationRequest.FindProject(parsed.GetText(_project) ?? ".");
        BundleDeclaration.RequireProject(project, session.Identity.Version);
        session.Report.Source = asked.ToString();

        session.Phase = "inspecting";
        using RegistryClient client = _registry.Connect(parsed, session);
        ImageReference reference = asked.IsUnpinned ? await HighestAsync(client, asked, session, cancellationToken) : asked;
        InspectedReference found = await new ReferenceInspector(client).InspectAsync(reference, cancellationToken);
        session.Report.Reference = found.Reference.ToString();
        session.WriteResult($"{reference} is {Describe(found)}, {found.Reference.Digest}");

        session.Phase = "writing";
        BundleDeclaration declaration = new(
            found.Kind == InspectedKind.Bundle ? "ImgpkgBundle" : "ImgpkgImage", reference, PackageRepository(parsed, found),
            IsTagOurs: asked.IsUnpinned);
        DeclaredIn declared = await declaration.AddToAsync(project, session.Identity.Version, cancellationToken);
        foreach ((string path, string text) in declared.Added)
            session.WriteResult($"{Shown(path)}: {text}");
        session.Report.Files = [
            .. declared.Added.Select(entry => entry.Path).Distinct()
            .Select(path => new ReportFile(path, path == project ? "project" : "packageVersions"))];
        session.Report.Summary = declared.Added.Count == 0
            ? $"{Shown(declared.File)} declares it already: nothing was changed" : $"{Shown(declared.File)} declares it";
        session.WriteResult(session.Report.Summary);
        session.WriteResult($"Next: {declared.Next(Continuation.Quote(Shown(project)))}");
        session.WriteResult(
            "If restore does not find the package Airgap.Build, add the feed that has it: dotnet nuget add source URL-OR-FOLDER " +
            "--name airgap");
        return 0;
    }

    private string? PackageRepository(ParseResult parsed, InspectedReference found)
    {
        if (found.HasPackages)
        {
            // Kubernetes is stricter than registries: refuse a name here that it would refuse later.
            string name = parsed.GetText(_name) ?? found.Reference.Repository.LastSegment;
            PackageRepositoryWriter.Create(
                found.Reference.Repository, found.Reference.Digest!.Value, tag: null, new PackageRepositoryOptions { Name = name });
            return name;
        }

        return parsed.GetText(_name) is null ? null : throw new AirgapException(
            ErrorCode.NotAPackageRepository,
            $"{found.Reference} has no packages/ directory, so it is not a package repository.",
            "Omit --name, or give a bundle with Package manifests under packages/.")
        { Reference = found.Reference.ToString() };
    }

    private static async Task<ImageReference> HighestAsync(
        RegistryClient client, ImageReference asked, Session session, CancellationToken cancellationToken)
    {
        ImmutableArray<ListedTag> tags = await new TagLister(client).ListAsync(asked.Repository, new TagListOptions(), cancellationToken);
        session.Report.Tags = [.. tags.Select(tag => new ReportTag(tag.Name, null))];
        string[] names = [.. tags.Select(tag => tag.Name)];
        if ((TagChoice.Highest(names) ?? names.FirstOrDefault(name => name == ImageReference.DefaultTag)) is { } highest)
            return ImageReference.ByTag(asked.Repository, highest);
        throw new AirgapException(
            ErrorCode.ManifestUnknown,
            "None of the tags of " +
            $"{asked.Repository} is a version, nor is any 'latest': {string.Join(", ", names.Take(10))}{(names.Length > 10 ? ", …" : "")}.",
            $"Name one: {asked.Repository}:{names.FirstOrDefault() ?? "TAG"}.")
        { Reference = asked.Repository.ToString() };
    }

    private static string Describe(InspectedReference found) => found.Kind switch
    {
        InspectedKind.Bundle =>
            $"a bundle of {found.PinnedImages} {(found.PinnedImages == 1 ? "image" : "images")} " +
            $"{(found.HasPackages ? "with" : "without")} packages/",
        InspectedKind.Index => "an index, not a bundle",
        _ => "an image, not a bundle",
    };

    private static string Shown(string path) =>
        Path.GetRelativePath(".", path) is { } relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;
}
