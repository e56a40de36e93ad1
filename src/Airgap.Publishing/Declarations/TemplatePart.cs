using System.Globalization;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>A part of a template: literal text, or a placeholder.</summary>
/// <param name="Text">The text, or the placeholder's name.</param>
/// <param name="IsPlaceholder">True for a placeholder.</param>
/// <param name="Length">The number of characters of the value to use; null for all.</param>
internal sealed record TemplatePart(string Text, bool IsPlaceholder, int? Length = null)
{
    private const string Registry = "registry";
    private const string Prefix = "prefix";
    private const string SourceRegistry = "source.registry";
    private const string SourceRepository = "source.repository";
    private const string Name = "name";
    private const string Tag = "tag";
    private const string DigestName = "digest";
    private const int DigestLength = 64;

    /// <summary>The known placeholders.</summary>
    public static IReadOnlyList<string> Names { get; } = [Registry, Prefix, SourceRegistry, SourceRepository, Name, Tag, DigestName];

    /// <summary>True for a placeholder whose value comes from the destination.</summary>
    public bool IsOfBase => IsPlaceholder && Text is Registry or Prefix;

    /// <summary>True for the host.</summary>
    public bool IsRegistry => IsPlaceholder && Text == Registry;

    /// <summary>True for the digest.</summary>
    public bool IsDigest => IsPlaceholder && Text == DigestName;

    /// <summary>Reads the text between the braces.</summary>
    /// <param name="inner">The text.</param>
    /// <param name="part">The placeholder, or null.</param>
    /// <returns>The problem, as the end of a sentence, and the advice; null for none.</returns>
    public static (string Problem, string Advice)? TryRead(string inner, out TemplatePart? part)
    {
        part = null;
        int colon = inner.IndexOf(':');
        string name = colon < 0 ? inner : inner[..colon];
        if (!Names.Contains(name, StringComparer.Ordinal))
            return ($"'{{{inner}}}' is not a placeholder", NearestName.Advice(name, Names));
        int? length = null;
        if (colon >= 0)
        {
            if (name != DigestName)
                return ($"'{{{inner}}}' has a length", $"Write {{{name}}}; only {{{DigestName}:N}} can be shortened.");
            if (!int.TryParse(inner.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number is < 1 or > DigestLength)
                return ($"'{inner[(colon + 1)..]}' is not a length of a digest",
                    $"Write a number from 1 to {DigestLength}, such as {{{DigestName}:12}}.");
            length = number;
        }

        part = new TemplatePart(name, IsPlaceholder: true, length);
        return null;
    }

    /// <summary>Its value; empty if the image, or the destination, has none.</summary>
    public string Value(TemplateValues values)
    {
        if (!IsPlaceholder)
            return Text;
        string value = Text switch
        {
            Registry => values.Base?.Registry ?? "",
            Prefix => values.Base?.Prefix ?? "",
            SourceRegistry => Segment(values.Source.Registry),
            SourceRepository => values.Source.Path,
            Name => values.Source.LastSegment,
            Tag => values.Tag ?? "",
            _ => values.Digest is { } digest ? Hex(digest) : "",
        };
        return Length is { } length && length < value.Length ? value[..length] : value;
    }

    private static string Hex(Digest digest) => digest.ToString()[(digest.ToString().IndexOf(':') + 1)..];

    // A host may have a port, brackets and capital letters, which a path may not; Docker Hub has its usual name.
    private static string Segment(string registry) => registry == Airgap.Oci.Naming.RepositoryName.DockerHub
        ? "docker.io"
        : string.Concat(registry.ToLowerInvariant().Select(letter => letter is ':' or '[' or ']' ? '-' : letter)).Trim('-');
}
