using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Registry.Http;
using Airgap.Registry.Storage;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;

namespace Airgap.Registry.Archives;

/// <summary>Archives as a registry: the result of importing each, read from the archive. Nothing is written or unpacked.</summary>
internal sealed class ArchiveContent : IRegistryContent
{
    private readonly SortedDictionary<string, ArchiveRepository> _repositories = new(StringComparer.Ordinal);
    private readonly List<ServedArchive> _archives = [];
    private readonly List<ServedFile> _files = [];
    private readonly List<string> _folders = [];
    private readonly Dictionary<(string StandIn, string Tag), Digest> _mirrored = [];

    // Made when first needed: thousands of images may come from as many repositories, and only a cluster that uses this
    // registry as a mirror requests images by those names.
    private readonly Lazy<Dictionary<string, ArchiveRepository>> _standIns;

    private readonly ArchiveChanges _changes;

    private ArchiveContent(ArchiveChanges changes) => (_changes, _standIns) = (changes, new(FindOrigins));

    /// <summary>Opens archives, in import order.</summary>
    /// <param name="archives">The archives.</param>
    /// <param name="prefix">Prefix of each repository's name; may be empty.</param>
    /// <param name="warn">Receives warnings; null to ignore them.</param>
    /// <param name="changes">Told of an archive that changes later.</param>
    /// <param name="clock">The clock that the times of files are compared with.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>: a name; or the codes of an import of a bad
    /// archive.</exception>
    public static async Task<ArchiveContent> OpenAsync(
        IReadOnlyList<ArchiveToServe> archives, string prefix, Action<Diagnostic>? warn, ArchiveChanges changes,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        ArchiveContent content = new(changes);
        try
        {
            List<ServedArchive> opened = [];
            BlobProofs proofs = new(clock);
            foreach (ArchiveToServe archive in archives)
                opened.Add(await content.OpenAsync(archive, proofs, cancellationToken));
            foreach ((ArchiveToServe archive, ServedArchive served) in archives.Zip(opened))
            {
                served.Complete(opened, changes);
                content.Add(archive, served, prefix, warn);
            }

            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    public StoredContent? OpenBlob(string name, Digest digest) => Find(name)?.OpenBlob(digest);

    public StoredManifest? OpenManifest(string name, Digest digest) => Find(name)?.OpenManifest(digest);

    public Digest? ResolveTag(string name, string tag) => Find(name)?.ResolveTag(tag);

    public List<string>? ListTags(string name, string after = "", int most = int.MaxValue) => Find(name)?.Tags;

    public List<string> ListRepositories() => [.. _repositories.Keys];

    public IReadOnlyList<Referrer> ListReferrers(string name, Digest subject) => Find(name)?.ListReferrers(subject) ?? [];

    public string FindMirrored(string name, string registry)
    {
        string standIn = StandIn(registry is "docker.io" or "registry-1.docker.io" ? RepositoryName.DockerHub : registry, name);
        return _standIns.Value.ContainsKey(standIn) ? standIn : name;
    }

    public string? FindProblem() =>
        _files.Find(file => file.HasChanged) is { } changed ? $"the archive '{changed.Path}' has changed since it was opened"
        : _folders.Find(folder => !Directory.Exists(folder)) is { } gone ? $"the folder '{gone}' no longer exists" : null;

    public void Dispose()
    {
        foreach (ServedFile file in _files)
            file.Dispose();
    }

    private async Task<ServedArchive> OpenAsync(ArchiveToServe archive, BlobProofs proofs, CancellationToken cancellationToken)
    {
        ArchiveFile found = await PartFinder.FindAsync(archive.Path, archive.PartsIn, cancellationToken);
        ServedFile? file = Directory.Exists(found.Path) ? null : ServedFile.Open(found);
        if (file is not null)
            _files.Add(file);
        else
            _folders.Add(Path.GetFullPath(found.Path));
        return await ServedArchive.OpenAsync(found, file, proofs, cancellationToken);
    }

    private void Add(ArchiveToServe archive, ServedArchive served, string prefix, Action<Diagnostic>? warn)
    {
        string name = $"{prefix.Trim('/')}/{archive.Repository ?? served.DefaultName}".Trim('/');
        if (!Names.IsRepository(name))
        {
            throw new AirgapException(
                ErrorCode.InvalidArgument,
                $"'{name}', under which '{archive.Path}' is to be served, is not a repository name.",
                "Write lower-case letters, digits, '.', '_', '-' and '/'.");
        }

        if (!_repositories.TryGetValue(name, out ArchiveRepository? repository))
            _repositories.Add(name, repository = new ArchiveRepository(_changes));
        foreach (Diagnostic warning in served.Warnings)
            warn?.Invoke(warning);
        IReadOnlyList<string> moved = served.AddTo(repository);
        if (moved.Count > 0)
        {
            warn?.Invoke(new Diagnostic(
                ErrorCode.ServedTagMoved,
                $"'{archive.Path}' and an earlier archive have different content under the tag(s) {string.Join(", ", moved)} of {name}; " +
                "the last one is served, as after imports in this order.",
                "Serve one of the two under another name: --tar FILE=REPOSITORY."));
        }

        WarnOfMirrors(archive, served, moved, warn);
        _archives.Add(served);
    }

    // A mirror answers by the source repository's name, whatever name the archive is served under.
    private void WarnOfMirrors(ArchiveToServe archive, ServedArchive served, IReadOnlyList<string> told, Action<Diagnostic>? warn)
    {
        SortedSet<string> moved = new(StringComparer.Ordinal);
        foreach ((RepositoryName origin, string tag, Digest digest) in served.MirroredTags)
        {
            string standIn = StandIn(origin.Registry, origin.Path);
            if (_mirrored.TryGetValue((standIn, tag), out Digest before) && before != digest && !told.Contains(tag))
                moved.Add($"{origin}:{tag}");
            _mirrored[(standIn, tag)] = digest;
        }

        if (moved.Count > 0)
        {
            warn?.Invoke(new Diagnostic(
                ErrorCode.ServedTagMoved,
                $"'{archive.Path}' and an earlier archive have different content of {string.Join(", ", moved)}; "
                + "clients that use this registry as a mirror get the last one, as after imports in this order.",
                "Serve each by a registry of its own, or name the archive last whose content mirrors should give."));
        }
    }

    private Dictionary<string, ArchiveRepository> FindOrigins()
    {
        Dictionary<string, ArchiveRepository> standIns = new(StringComparer.Ordinal);
        foreach (ServedArchive served in _archives)
        {
            served.AddToOrigins(origin =>
            {
                string standIn = StandIn(origin.Registry, origin.Path);
                if (!standIns.TryGetValue(standIn, out ArchiveRepository? found))
                    standIns.Add(standIn, found = new ArchiveRepository(_changes));
                return found;
            });
        }

        return standIns;
    }

    // Repository names have no spaces, so mirrors and repositories never collide.
    private static string StandIn(string registry, string path) => $"mirror of {registry}/{path}";

    private ArchiveRepository? Find(string name) => _repositories.TryGetValue(name, out ArchiveRepository? repository)
        ? repository
        : name.Contains(' ', StringComparison.Ordinal) ? _standIns.Value.GetValueOrDefault(name) : null;
}
