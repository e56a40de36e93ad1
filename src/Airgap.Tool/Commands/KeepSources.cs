using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Files;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.Publishing.Reporting;
using Airgap.Tool.Evaluation;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Keeping;

namespace Airgap.Tool.Commands;

/// <summary>
/// Reads what a repository should contain from the sources named on the command line: a lock, a receipt, a report of a
/// publish, or a project.
/// </summary>
/// <param name="properties">Properties of a project, as <c>-p</c> gives them.</param>
/// <param name="registry">The registries, which resolve a project's tags that no lock contains.</param>
/// <param name="session">Receives the projects' warnings.</param>
internal sealed class KeepSources(IReadOnlyList<string> properties, IRegistry registry, Session session)
{
    private const string Kinds = "a lock, a receipt, a relocation.json nor a project";

    /// <summary>
    /// Reads the sources. Entries for other repositories are left out, except those of locks, whose digests apply to
    /// every mirror.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NothingKept"/>: none of them names anything for this
    /// repository; or the error of a source.</exception>
    public async Task<IReadOnlyList<KeptRoot>> ReadAsync(
        IReadOnlyList<string> sources, RepositoryName repository, CancellationToken cancellationToken, KeptKind kind = KeptKind.Any)
    {
        List<KeptRoot> roots = [];
        foreach (string source in sources)
            roots.AddRange(await ReadAsync(source, kind, repository, cancellationToken));
        return roots.Count > 0 ? roots : throw new AirgapException(
            ErrorCode.NothingKept,
            $"{string.Join(" and ", sources.Select(source => $"'{source}'"))} {(sources.Count == 1 ? "names" : "name")} nothing that " +
            $"goes to {repository}.",
            "Name the destination of the relocation: HOST[:PORT]/PATH, ending in the bundle's own name.")
        { Reference = repository.ToString() };
    }

    // The flag says which kind is expected; a project is named without one.
    private async Task<IReadOnlyList<KeptRoot>> ReadAsync(
        string source, KeptKind kind, RepositoryName repository, CancellationToken cancellationToken)
    {
        if (kind == KeptKind.Any && IsProject(source))
            return await OfProjectAsync(source, repository, cancellationToken);
        if (kind == KeptKind.Lock)
            return KeptLock.Read(source);
        if (IsImage(source))
            throw new AirgapException(
                kind == KeptKind.Receipt ? ErrorCode.InvalidReceipt : ErrorCode.InvalidKeptFile,
                $"'{source}' is no file, but names an image in a registry.",
                kind == KeptKind.Receipt ? "Name the receipt of an import, or the relocation.json of a publish."
                    : "Name a file that pins it: the lock or the receipt that a copy of it writes.");
        ReadOnlyMemory<byte> beginning = WholeFile.ReadBeginning(source, 4096);
        if (IsJson(beginning.Span))
            return KeptReceipt.TryRead(source, repository) ?? KeptRelocation.Read(source, repository);
        string? why = beginning.IsEmpty ? "it is empty" : Utf16Text.IsUnmarked(beginning.Span) ? Utf16Text.Unmarked
            : beginning.Span.Contains((byte)0) ? "it is not text" : kind == KeptKind.Receipt ? "it is not JSON" : null;
        return why is null ? KeptLock.Read(source) : throw new AirgapException(
            kind == KeptKind.Receipt ? ErrorCode.InvalidReceipt : ErrorCode.InvalidKeptFile,
            $"'{source}' is neither {(kind == KeptKind.Receipt ? "a receipt nor a relocation.json" : Kinds)}: {why}.",
            kind == KeptKind.Receipt ? "Name the receipt of an import, or the relocation.json of a publish." : "Name one of them.")
        { Location = new SourceLocation(source) };
    }

    private async Task<IReadOnlyList<KeptRoot>> OfProjectAsync(
        string source, RepositoryName repository, CancellationToken cancellationToken)
    {
        List<KeptRoot> roots = [];
        IReadOnlyList<EvaluationRequest> requests = EvaluationRequest.Create(source, null, null, null, properties);
        foreach (EvaluationRequest request in requests)
        {
            bool inSolution = requests.Count > 1;
            ProjectItems project = ProjectItems.Of(
                request, await ProjectEvaluator.EvaluateAsync(request, inSolution, cancellationToken), inSolution);
            if (inSolution && (!project.IsPublishable || !project.HasItems))
                continue;
            foreach (Diagnostic warning in project.Warnings)
                session.Warn(warning);
            DeclaredProject declared = new(project.Items, project.Content, project.Settings, project.Problems);
            roots.AddRange(await ProjectRoots.FindAsync(declared, repository, registry, cancellationToken));
        }

        return roots;
    }

    /// <summary>True for a project, a solution, or a folder with one.</summary>
    public static bool IsProject(string source) => Directory.Exists(source) || SolutionProjects.Is(source)
        || Path.GetExtension(source) is { } extension
        && (extension.EndsWith("proj", StringComparison.OrdinalIgnoreCase) || extension.Equals(".cs", StringComparison.OrdinalIgnoreCase));

    // A registry's name has a dot or a port, unlike most folders.
    private static bool IsImage(string source) => !Path.Exists(source) && source.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
        && source.AsSpan(0, slash).IndexOfAny('.', ':') > 0 && ImageReference.TryParse(source, out _, out _);

    // A lock is YAML that imgpkg writes in block style; a report is a JSON object.
    private static bool IsJson(ReadOnlySpan<byte> beginning) =>
        beginning.TrimStart((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n']).StartsWith("{"u8);
}

/// <summary>The kind of document that a flag names.</summary>
internal enum KeptKind
{
    /// <summary>Each of them, or a project.</summary>
    Any,

    /// <summary>A BundleLock or an ImagesLock.</summary>
    Lock,

    /// <summary>A receipt, or a relocation.json.</summary>
    Receipt,
}
