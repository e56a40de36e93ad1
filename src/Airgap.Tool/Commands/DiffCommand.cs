using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Keeping;

namespace Airgap.Tool.Commands;

/// <summary><c>diff</c>: what is missing, changed or superfluous in a mirror.</summary>
internal sealed class DiffCommand
{
    /// <summary>The exit code for a difference, so that a script can distinguish it from a failure.</summary>
    public const int Different = 2;

    private readonly Argument<string?> _project = new("PROJECT")
    {
        Description = "Project, solution, file-based app or folder, whose items the repository should contain",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _lock =
        Flag.Text("--lock", "FILE", "BundleLock or ImagesLock, of any mirror: its digests are compared");
    private readonly Option<string?> _receipt = Flag.Text("--receipt", "FILE", "Receipt of an import, or relocation.json of a publish");
    private readonly Option<string?> _repository = Flag.Text("--to-repo", "REPOSITORY", "Repository to compare");
    private readonly Option<bool> _allowExtra = Flag.Switch("--allow-extra", "Do not look for superfluous content");
    private readonly Option<string[]> _properties = Flag.Properties();
    private readonly Option<int> _concurrency = Flag.Concurrency();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "diff",
            "Compares a repository with a lock, a publish or a project: missing content, tags with another digest, and superfluous " +
            "content. Changes nothing, and reads no layers (verify does). The exit code is 0 when nothing differs, 2 when " +
            "something differs, 1 for a failure or when something could not be determined.",
            ("With the lock of the copy",
                "diff --lock simple-app-bundle.lock.yml --to-repo final-registry.corp.com/apps/simple-app-bundle"),
            ("With the report of a publish, for a script",
                "diff --receipt airgap/relocation.json --to-repo final-registry.corp.com/apps/simple-app-bundle --json"),
            ("With a project, ignoring superfluous content",
                "diff samples/SimpleApp --to-repo final-registry.corp.com/apps/simple-app-bundle --allow-extra"));
        DiffCommand flags = new();
        command.Arguments.Add(flags._project);
        foreach (Option option in new Option[] { flags._lock, flags._receipt, flags._repository, flags._allowExtra, flags._properties,
            flags._concurrency })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string[] sources = [.. new[] { parsed.GetText(_lock), parsed.GetText(_receipt), parsed.GetValue(_project) }.OfType<string>()
            .Where(text => text.Length > 0)];
        if (sources is not [var source])
            throw new AirgapException(
                ErrorCode.SourceSelection, "Expected one of lock, receipt or project to compare the repository with.",
                "Give exactly one of --lock, --receipt or a project.");
        RepositoryName repository = RepositoryName.Parse(parsed.GetText(_repository)
            ?? throw new AirgapException(
                ErrorCode.DestinationSelection, "The repository to compare is not given.", "Name it: --to-repo HOST/PATH."));
        _registry.RefuseIdleConf(parsed, KeepSources.IsProject(source));
        session.Report.Source = source;
        session.Report.Destination = repository.ToString();
        session.IsDry = true;
        session.Phase = "comparing";
        using RegistryClient registry = _registry.Connect(parsed, session);
        IReadOnlyList<KeptRoot> roots =
            await new KeepSources(parsed.GetValue(_properties) ?? [], registry, session).ReadAsync(
                [source], repository, cancellationToken,
                parsed.GetText(_lock) is not null ? KeptKind.Lock : parsed.GetText(_receipt) is not null ? KeptKind.Receipt : KeptKind.Any);
        RepositoryDifference difference = await new RepositoryComparer(registry, parsed.GetValue(_concurrency))
            .CompareAsync(roots, repository, withExtra: !parsed.GetValue(_allowExtra), cancellationToken);
        string? untold = roots.Any(root => root.HasUnknownTags) ? Untold(source, parsed.GetValue(_allowExtra)) : null;
        if (untold is not null)
            difference = difference with { Unknown = difference.Unknown.Insert(0, untold) };
        session.Report.Difference = difference;
        foreach (string line in Lines(difference))
            session.WriteResult(line);
        foreach (string unknown in difference.Unknown)
            session.Warn(new Diagnostic(
                ErrorCode.NotCompared, $"Not compared with {repository}: {unknown}",
                unknown == untold ? "Write a receipt with digests: copy … --receipt." : "The differences there are unknown.")
            { Reference = repository.ToString() });
        session.Report.Summary = Summary(difference);
        session.WriteResult(session.Report.Summary);
        return !difference.IsSame ? Different : difference.Unknown.IsEmpty ? 0 : 1;
    }

    // A tag that points to other content is superfluous, unless more is allowed.
    private static string Untold(string receipt, bool allowsExtra) =>
        $"its tags, which '{receipt}' does not name; {(allowsExtra ? "moved and removed ones are" : "a removed one is")} not seen.";

    private static IEnumerable<string> Lines(RepositoryDifference difference)
    {
        foreach (MissingEntry lacks in difference.Lacks)
            yield return lacks.Tag is null ? $"- {lacks.Kind} {lacks.Digest}  ({lacks.Because})"
                : $"- tag {lacks.Tag}{(lacks.Digest is null ? "" : $" for {lacks.Digest}")}  ({lacks.Because})";
        foreach (ChangedTag changed in difference.Changed)
            yield return $"~ tag {changed.Tag} points to {changed.Actual}, not {changed.Expected}  ({changed.Because})";
        foreach (ExtraTag extra in difference.Extra ?? [])
            yield return $"+ tag {extra.Tag} for {extra.Digest}{(extra.Needed ? "  (only the tag is too much)" : "")}";
    }

    private static string Summary(RepositoryDifference difference)
    {
        List<string> parts = [];
        Add(difference.Lacks.Length, "lacking");
        Add(difference.Changed.Length, "changed");
        Add(difference.Extra?.Length ?? 0, "too much");
        string there = $"{CountText.Count(difference.Present, "manifest")} as expected" +
            (difference.LeftOut is { } left ? $", {CountText.Count(left, "image")} of indexes omitted by selection" : "");
        return parts.Count == 0
            ? $"{difference.Repository}: {(difference.Unknown.IsEmpty ? "no difference" : "no difference that could be seen")}, {there}"
            : $"{difference.Repository}: {string.Join(", ", parts)}; {there}";

        void Add(int count, string what)
        {
            if (count > 0)
                parts.Add($"{count} {what}");
        }
    }
}
