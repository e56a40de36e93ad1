using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// A template of repositories, such as <c>{registry}/{prefix}/{source.repository}</c>: the repository of each image,
/// made from its source. A path segment that consists only of a placeholder with an empty value is removed.
/// </summary>
internal sealed class RepositoryTemplate
{
    private const int MostLength = 512;
    private readonly ImmutableArray<TemplatePart> _parts;

    private RepositoryTemplate(string text, ImmutableArray<TemplatePart> parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>The template as written.</summary>
    public string Text { get; }

    /// <summary>True when it needs a separately named destination.</summary>
    public bool NeedsBase => _parts.Any(part => part.IsOfBase);

    /// <summary>True when it needs a digest.</summary>
    public bool NeedsDigest => _parts.Any(part => part.IsDigest);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepositoryTemplate"/>.</exception>
    public static RepositoryTemplate Parse(string text)
    {
        if (UserInfo.IsIn(text))
            throw Wrong(UserInfo.Hide(text), 1, UserInfo.Problem, "Remove them.");
        if (text.Length is 0 or > MostLength)
            throw Wrong(text.Length == 0 ? "" : text[..32] + "…", 1, $"it has {text.Length} characters",
                $"Write 1 to {MostLength} characters.");
        ImmutableArray<TemplatePart>.Builder parts = ImmutableArray.CreateBuilder<TemplatePart>();
        int at = 0;
        while (at < text.Length)
        {
            int brace = text.AsSpan(at).IndexOfAny('{', '}');
            if (brace != 0)
            {
                string literal = brace < 0 ? text[at..] : text.Substring(at, brace);
                parts.Add(new TemplatePart(literal, IsPlaceholder: false));
                at += literal.Length;
                continue;
            }

            int close = text[at] == '{' ? text.AsSpan(at + 1).IndexOfAny('{', '}') : -1;
            if (close < 0 || text[at + 1 + close] != '}')
                throw Wrong(text, at + 1, $"the brace '{text[at]}' has no matching brace", "Write each placeholder as {NAME}.");
            if (TemplatePart.TryRead(text.Substring(at + 1, close), out TemplatePart? part) is { } wrong)
                throw Wrong(text, at + 1, wrong.Problem, wrong.Advice);
            if (part!.IsRegistry && at > 0)
                throw Wrong(text, at + 1, "{registry} is not at the start", "The host must be at the start.");
            parts.Add(part);
            at += close + 2;
        }

        RepositoryTemplate template = new(text, parts.ToImmutable());
        template.CheckHost();
        return template;
    }

    /// <summary>The repository of an image.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TemplateNameInvalid"/>.</exception>
    public RepositoryName Resolve(TemplateValues values)
    {
        StringBuilder name = new();
        StringBuilder segment = new();
        bool isLiteral = false;
        foreach (TemplatePart part in _parts)
        {
            foreach (char letter in part.Value(values))
            {
                if (letter == '/')
                {
                    End();
                    continue;
                }

                segment.Append(letter);
                isLiteral = true;
            }
        }

        End();
        string text = name.ToString();
        if (DestinationName.NamesHost(text) && RepositoryName.TryParse(text, out RepositoryName? repository, out string? problem))
            return repository;
        problem = DestinationName.NamesHost(text) && !RepositoryName.TryParse(text, out _, out problem)
            ? problem : "it has no host followed by a path";
        throw new AirgapException(
            ErrorCode.TemplateNameInvalid,
            $"The template '{Text}' makes '{text}' of {values.Source}, which is not a valid repository: {problem}.",
            "Change the template, so that it makes a path of lower-case letters, digits, '.', '_', '-' and '/'.")
        { Reference = values.Source.ToString() };

        void End()
        {
            if (isLiteral)
                name.Append(name.Length == 0 ? "" : "/").Append(segment);
            segment.Clear();
            isLiteral = false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private void CheckHost()
    {
        if (_parts[0].IsRegistry ? _parts.Length > 1 && _parts[1] is { IsPlaceholder: false, Text: ['/', ..] }
            : !_parts[0].IsPlaceholder && DestinationName.NamesHost(_parts[0].Text))
            return;
        throw Wrong(Text, 1, "it does not start with a registry's host and a '/'", "Start with {registry}/ or with HOST[:PORT]/.");
    }

    private static AirgapException Wrong(string text, int position, string problem, string advice) =>
        new(ErrorCode.InvalidRepositoryTemplate,
            $"The repository template '{text}' is invalid at character {position}: {problem}.", advice);
}
