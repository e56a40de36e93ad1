using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.Commands;

namespace Airgap.Tool.CommandLine;

/// <summary>Flags that have no effect beside the other flags of a command line, although the command accepts them.</summary>
internal static class IdleFlagRules
{
    private const string ArchiveRead = "an archive is read, without requests";
    private const string NoProject = "no project is read";
    private const string PackagesListed = "--packages lists packages, and describes no images";
    private const string NotApplied = "without --apply, no cluster is contacted";
    private const string OnlyCredentials = "the Secret is made from credentials, and no registry is contacted";

    // Each with the reason why it has no effect; null if it has one.
    private static readonly ImmutableArray<(string Command, string Flag, Func<Line, string?> WhyIdle)> s_rows =
    [
        ("describe", "--concurrency", line => line.ReadsArchive ? ArchiveRead : null),
        ("describe", "--no-origin", line => line.ReadsArchive ? ArchiveRead : line.Has("--packages") ? PackagesListed : null),
        ("describe", "--layers", line => line.Has("--packages") ? PackagesListed : null),
        ("describe", "--cosign-artifacts", line => line.Has("--packages") ? PackagesListed : null),
        ("packages list", "--concurrency", line => line.ReadsArchive ? ArchiveRead : null),
        ("pull", "--image-is-bundle-check", line => line.ReadsArchive ? "an archive says which of its images are bundles"
            : line.Has("--lock") ? "the lock names a bundle" : null),
        ("diff", "--property", line => line.Arguments.Any(KeepSources.IsProject) ? null : NoProject),
        ("prune", "--property", line => line.Values("--keep").Any(KeepSources.IsProject) ? null : NoProject),
        ("outdated", "--property", line => line.Arguments.Any(IsLock) ? NoProject : null),
        ("package-repository build", "--platform", line => line.Has("--image") ? null : "no --image is pinned"),
        ("package-repository", "--pin", line => line.Has("--tag-selection") ? "--tag-selection follows tags instead" : null),
        ("secret", "--kubeconfig", line => line.Has("--apply") ? null : NotApplied),
        ("secret", "--context", line => line.Has("--apply") ? null : NotApplied),
        .. RegistryFlagNames.Connection.Select(flag => ("secret", flag, (Func<Line, string?>)(_ => OnlyCredentials))),
        .. RegistryFlagNames.Connection.Concat(RegistryFlagNames.Credentials).Select(flag =>
            ("doctor", flag, (Func<Line, string?>)(line => line.Has("--offline") ? "--offline contacts no mirror" : null))),
    ];

    /// <summary>The rows, as command and flag.</summary>
    internal static IEnumerable<(string Command, string Flag)> Rows => s_rows.Select(row => (row.Command, row.Flag));

    /// <summary>A warning for each reason (<see cref="ErrorCode.FlagIdle"/>), which names its flags.</summary>
    public static IEnumerable<Diagnostic> Find(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = EmptyValues.PathOf(command);
        Line line = new(parsed);
        return s_rows.Where(row => row.Command == path && line.Has(row.Flag))
            .Select(row => (row.Flag, Why: row.WhyIdle(line)))
            .Where(idle => idle.Why is not null)
            .GroupBy(idle => idle.Why, idle => idle.Flag)
            .Select(idle => new Diagnostic(
                ErrorCode.FlagIdle, $"{Names(idle)} had no effect: {idle.Key}.", "Omit what has no effect, or correct the command line."));
    }

    /// <summary>Flags in a sentence.</summary>
    public static string Names(IEnumerable<string> flags) => string.Join(" and ", flags);

    private static bool IsLock(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".JSON" or ".YML" or ".YAML" && File.Exists(path);

    /// <summary>What a command line asks for.</summary>
    internal sealed class Line(ParseResult parsed)
    {
        private readonly Command _command = parsed.CommandResult.Command;

        public bool ReadsArchive => Has("--tar") || Has("--oci") || Has("--oci-tar");

        public IEnumerable<string> Arguments => _command.Arguments.SelectMany(
            argument => parsed.GetResult(argument)?.Tokens.Select(token => token.Value) ?? []);

        public IEnumerable<string> Values(string name) =>
            Find(name) is { } option ? parsed.GetResult(option)?.Tokens.Select(token => token.Value) ?? [] : [];

        /// <summary>True for a flag that is given and asks for something.</summary>
        public bool Has(string name) => Find(name) is { } option && IsAsked(parsed, option);

        private Option? Find(string name) => _command.Options.FirstOrDefault(option => option.Name == name);
    }

    /// <summary>
    /// True for a flag that is given and asks for something; a switch in its initial state, or an empty text, does not.
    /// </summary>
    public static bool IsAsked(ParseResult parsed, Option option)
    {
        if (parsed.GetResult(option) is not { Implicit: false } given)
            return false;
        return option is Option<bool> asked ? parsed.GetValue(asked) != (asked.GetDefaultValue() is true)
            : given.Tokens.Count == 0 || given.Tokens.Any(token => token.Value.Length > 0);
    }
}
