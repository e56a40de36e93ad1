using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Describing;

namespace Airgap.Tool.CommandLine;

/// <summary>What the last word of an unfinished command line may become: commands, flags, their values, and tags.</summary>
internal static class Suggestions
{
    private static readonly string[] s_onOff = ["false", "true"];

    /// <summary>Whole words that begin with the line's last one, in ordinal order. Any failure gives none: an error would disturb the typing.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="line">The line up to the cursor, without the tool's name.</param>
    /// <param name="limit">The longest a registry is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(RootCommand root, string line, TimeSpan limit, CancellationToken cancellationToken)
    {
        List<string> words = [.. CommandLineParser.SplitCommandLine(line)];
        if (line.Length == 0 || char.IsWhiteSpace(line[^1]))
            words.Add("");
        string last = words[^1];
        Place place = Place.Of(root, words[..^1]);
        int equals = last.StartsWith('-') ? last.IndexOf('=', StringComparison.Ordinal) : -1;
        if (place.Pending is { } pending)
            return Matching(await ValuesAsync(root, words, place.Command, pending, last, limit, cancellationToken).ConfigureAwait(false), last);
        if (equals > 0 && place.Find(last[..equals]) is { } flag)
        {
            IEnumerable<string> values = await ValuesAsync(root, words, place.Command, flag, last[(equals + 1)..], limit, cancellationToken).ConfigureAwait(false);
            return Matching(values.Select(value => last[..(equals + 1)] + value), last);
        }

        if (last.StartsWith('-'))
            return Matching(place.Options.SelectMany(option => option.Aliases.Prepend(option.Name)).Where(IsTyped), last);
        if (place.Command is ToolCommand { Registry: { } registry } && place.Command.Arguments.Any(argument => argument.HelpName == Flag.ReferenceName))
            return Matching(await TagsAsync(root.Parse(words), registry, last, limit, cancellationToken).ConfigureAwait(false), last);
        IEnumerable<string> commands = place.Command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => sub.Aliases.Prepend(sub.Name));
        return Matching(commands.Concat(place.Command.Arguments.SelectMany(Declared)), last);
    }

    private static IReadOnlyList<string> Matching(IEnumerable<string> candidates, string typed) =>
        [.. candidates.Where(candidate => candidate.StartsWith(typed, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

    // Help has the spellings of Windows, too.
    private static bool IsTyped(string name) => name is not ("-?" or "/?" or "/h");

    private static IEnumerable<string> Declared(Symbol symbol) => symbol.GetCompletions(CompletionContext.Empty).Select(item => item.InsertText ?? item.Label);

    private static async Task<IEnumerable<string>> ValuesAsync(
        RootCommand root, List<string> words, Command command, Option flag, string typed, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (flag.ValueType == typeof(bool))
            return s_onOff;
        return flag.HelpName == Flag.ReferenceName && command is ToolCommand { Registry: { } registry }
            ? await TagsAsync(root.Parse(words), registry, typed, limit, cancellationToken).ConfigureAwait(false)
            : Declared(flag);
    }

    private static async Task<IEnumerable<string>> TagsAsync(
        ParseResult parsed, RegistryFlags flags, string typed, TimeSpan limit, CancellationToken cancellationToken)
    {
        // A colon before the last slash belongs to a port.
        int colon = typed.LastIndexOf(':');
        if (colon <= typed.LastIndexOf('/') || typed.Contains('@', StringComparison.Ordinal) || !RepositoryName.TryParse(typed[..colon], out RepositoryName? repository, out _))
            return [];
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit);
        try
        {
            using RegistryClient registry = flags.Connect(parsed, trace: null);
            Task<IEnumerable<string>> tags = ListAsync(registry, repository, typed, colon, time.Token);
            return await tags.WaitAsync(time.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static async Task<IEnumerable<string>> ListAsync(RegistryClient registry, RepositoryName repository, string typed, int colon, CancellationToken cancellationToken)
    {
        ImmutableArray<ListedTag> tags = await new TagLister(registry).ListAsync(repository, new TagListOptions(), cancellationToken).ConfigureAwait(false);
        // A shell inserts what it receives, so only valid tags go there.
        return tags.Where(tag => ImageReference.IsTag(tag.Name)).Select(tag => typed[..(colon + 1)] + tag.Name);
    }

    /// <summary>Where on the line the last word stands.</summary>
    /// <param name="Command">The command it belongs to.</param>
    /// <param name="Pending">The flag whose value it is; null for none.</param>
    private sealed record Place(Command Command, Option? Pending)
    {
        public IEnumerable<Option> Options => Command.Options
            .Concat(Command.Parents.OfType<Command>().SelectMany(Ancestors).SelectMany(parent => parent.Options.Where(option => option.Recursive)))
            .Where(option => !option.Hidden);

        public static Place Of(Command root, IEnumerable<string> words)
        {
            Place place = new(root, null);
            foreach (string word in words)
            {
                if (place.Pending is not null)
                    place = place with { Pending = null };
                else if (word.StartsWith('-'))
                    place = place with { Pending = place.Find(word) is { } flag && TakesAnotherWord(flag) ? flag : null };
                else if (place.Command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is { } sub)
                    place = new(sub, null);
            }

            return place;
        }

        public Option? Find(string name) => Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

        private static bool TakesAnotherWord(Option flag) => flag.ValueType != typeof(bool) && flag is not (HelpOption or VersionOption);

        private static IEnumerable<Command> Ancestors(Command command) => command.Parents.OfType<Command>().SelectMany(Ancestors).Prepend(command);
    }
}
