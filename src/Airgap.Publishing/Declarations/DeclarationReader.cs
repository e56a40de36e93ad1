using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>Turns items into declarations and collects all their problems, without a request.</summary>
/// <param name="settings">The project's settings.</param>
/// <param name="needsDestination">False if nothing will be relocated, so that an item needs no destination.</param>
internal sealed class DeclarationReader(PublishSettings settings, bool needsDestination = true)
{
    private readonly ImmutableArray<Diagnostic>.Builder _problems = ImmutableArray.CreateBuilder<Diagnostic>();
    private bool _registryIsWrong;

    /// <summary>All problems, in the order of the items.</summary>
    public ImmutableArray<Diagnostic> Problems => _problems.ToImmutable();

    /// <summary>
    /// Reads the items. Items that could not be read are missing from the result and reported in
    /// <see cref="Problems"/>.
    /// </summary>
    public ImmutableArray<Declaration> Read(IReadOnlyList<PublishItem> items)
    {
        if (DestinationName.FindProblem(settings) is { } problem)
        {
            _registryIsWrong = true;
            _problems.Add(problem);
        }

        ImmutableArray<PublishItem> distinct = WithoutRepeats(items);
        ArchiveRoute archives = new(settings, distinct.Length);
        _problems.AddRange(archives.Problems);
        ImmutableArray<Declaration> declarations =
            [.. distinct.Select(item => ReadItem(item, archives, distinct.Length)).OfType<Declaration>()];
        _problems.AddRange(Conflicts.Find(declarations));
        _problems.AddRange(ObjectConflicts.Find(declarations));
        return declarations;
    }

    private Declaration? ReadItem(PublishItem item, ArchiveRoute archives, int count)
    {
        if (ReadSource(item) is not { } declared)
            return null;
        (RelocationSource source, ImageReference? reference, string? tag, string sourceName) = declared;
        int before = _problems.Count;
        RepositoryTemplate? template = Attempt(item, () => TemplateDestination.Read(item, settings));
        RepositoryName? repository = _registryIsWrong || _problems.Count > before ? null : Attempt(item, () => template is null
            ? DestinationName.Resolve(item, settings, sourceName)
            : TemplateDestination.Resolve(item, settings, template, reference, tag));
        RepositoryName? cluster = Attempt(item, () => DestinationName.ForCluster(item, repository));
        ArtifactChoice artifacts = ReadArtifacts(item);
        BundleSelection? selection = Attempt(item, () => SelectionReader.Read(item));
        ManifestRequest request = ManifestRequest.Read(item, sourceName, _problems);
        if (_problems.Count == before)
            request = Attempt(item, () => request.ReadFiles(item, settings).Verify(cluster, tag)) ?? request;
        GitOpsOptions? gitOps = null;
        if (_problems.Count == before)
            Attempt(item, () => gitOps = GitOpsRequest.Read(item, request.FileName, tag, reference is not null, _problems));
        if (_problems.Count > before)
            return null;
        if (needsDestination && repository is null && archives.Target is null && !_registryIsWrong)
        {
            _problems.Add(item.Problem(
                ErrorCode.DestinationSelection,
                $"The item {item.ItemName} '{item.Include}' has no destination.",
                $"Set the property {PropertyNames.Registry}, or give the item a Repository that names a host."));
            return null;
        }

        string[] read = archives.SourcesFor(request.FileName);
        string[] there = [.. read.Where(archive => Path.Exists(archive) || FoundList.Lies(archive, settings.PartsIn))];
        if (read.Length > 0 && there.Length == 0)
        {
            _problems.Add(item.Problem(
                ErrorCode.FileNotFound,
                $"The archive {read[0]} for the item {item.ItemName} '{item.Include}' does not exist.",
                $"{PropertyNames.SourceArchive} names one archive, or a folder with one NAME.tar for each item, as " +
                $"{PropertyNames.Archive} writes them."));
            return null;
        }

        if (archives.SharesTarget && reference is null && count > 1)
        {
            _problems.Add(item.Problem(
                ErrorCode.LockSharesNoArchive,
                $"The item {item.ItemName} '{item.Include}' is a list of images, whose order and annotations are those of a whole " +
                $"archive: it cannot share {settings.Archive}.",
                $"Set {PropertyNames.Archive} to a folder, which has an archive for each item."));
            return null;
        }

        return new Declaration
        {
            Item = item,
            Source = there is [var first, .. var chain]
            ? new RelocationSource.Archive(first) { PartsIn = settings.PartsIn, Chain = [.. chain], Declared = reference } : source,
            Reference = reference,
            Tag = tag,
            Name = request.FileName,
            Repository = repository,
            Archive = archives.TargetFor(request.FileName),
            ArchiveFormat = settings.ArchiveFormat,
            SharesArchive = archives.SharesTarget && reference is not null,
            ArchiveVolumeSize = settings.ArchiveVolumeSize,
            ClusterRepository = cluster,
            Template = template,
            Artifacts = artifacts,
            Selection = selection!,
            Manifest = request.Options,
            ManifestAsked = request.Asked,
            GitOps = gitOps,
        };
    }

    private ArtifactChoice ReadArtifacts(PublishItem item)
    {
        if (item.Value(MetadataNames.Artifacts) is not { } text)
            return settings.Artifacts;
        if (!ArtifactChoices.TryParse(text, out ArtifactChoice choice))
            _problems.Add(item.Problem(
                ErrorCode.InvalidArgument,
                $"{MetadataNames.Artifacts} of the item {item.ItemName} '{item.Include}' has the value '{text}'.",
                "Write all, signatures or none."));
        return choice;
    }

    private (RelocationSource Source, ImageReference? Reference, string? Tag, string Name)? ReadSource(PublishItem item)
    {
        if (item.Kind == PublishItemKind.Lock)
        {
            string path = settings.FullPath(item.Include);
            return Attempt(item, () => LockSummary.Read(path)) is { } summary
                ? (new RelocationSource.Lock(path), summary.Bundle, summary.Tag, summary.Name)
                : null;
        }

        if (!ImageReference.TryParse(item.Include, out ImageReference? reference, out string? problem))
        {
            _problems.Add(item.Problem(
                ErrorCode.InvalidReference,
                $"The item {item.ItemName} '{UserInfo.Hide(item.Include)}' is not an image reference: {problem}.",
                "Write HOST[:PORT]/PATH:TAG or HOST[:PORT]/PATH@sha256:DIGEST."));
            return null;
        }

        RelocationSource source = item.Kind == PublishItemKind.Bundle
            ? new RelocationSource.Bundle(reference) : new RelocationSource.Image(reference);
        // In imgpkg, a digest takes precedence, and no tag is moved.
        return (source, reference, reference.Digest is null ? reference.Tag : null, reference.Repository.LastSegment);
    }

    private T? Attempt<T>(PublishItem item, Func<T> read) where T : class?
    {
        try
        {
            return read();
        }
        catch (AirgapException e)
        {
            Diagnostic problem = e.ToDiagnostic();
            _problems.Add(problem with { Location = problem.Location ?? item.Location, Reference = problem.Reference ?? item.Include });
            return null;
        }
    }

    // A glob or two imports can include the same item twice; that is one relocation, not a conflict.
    private static ImmutableArray<PublishItem> WithoutRepeats(IReadOnlyList<PublishItem> items)
    {
        List<PublishItem> distinct = [];
        foreach (PublishItem item in items)
        {
            if (!distinct.Exists(item.Repeats))
                distinct.Add(item);
        }

        return [.. distinct];
    }
}
