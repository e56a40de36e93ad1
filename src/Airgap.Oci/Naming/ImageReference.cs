using System.Diagnostics.CodeAnalysis;

namespace Airgap.Oci.Naming;

/// <summary>
/// A reference to an image, index or bundle: a repository with a tag, a digest, or both. Without either the tag is
/// <c>latest</c>. A digest takes precedence; a tag next to it is kept for display only.
/// </summary>
/// <remarks>Source: OCI distribution specification (name, tag and digest grammar); docker's rules for short names.</remarks>
public sealed record ImageReference
{
    /// <summary>The tag of a reference without one.</summary>
    public const string DefaultTag = "latest";

    private ImageReference(RepositoryName repository, string? tag, Digest? digest, bool hasExplicitTag)
    {
        Repository = repository;
        Tag = tag;
        Digest = digest;
        IsUnpinned = digest is null && !hasExplicitTag;
    }

    /// <summary>The repository.</summary>
    public RepositoryName Repository { get; }

    /// <summary>The tag; null when only a digest is given.</summary>
    public string? Tag { get; }

    /// <summary>The digest; null when only a tag is given.</summary>
    public Digest? Digest { get; }

    /// <summary>True when the text named neither tag nor digest, so that <see cref="Tag"/> is the default one.</summary>
    public bool IsUnpinned { get; }

    /// <summary>The digest if there is one, else the tag: the part that is sent to a registry.</summary>
    public string Selector => Digest?.ToString() ?? Tag!;

    /// <summary>A reference by digest.</summary>
    public static ImageReference ByDigest(RepositoryName repository, Digest digest) => new(repository, null, digest, hasExplicitTag: false);

    /// <summary>A reference by tag.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReference"/>: not a tag.</exception>
    public static ImageReference ByTag(RepositoryName repository, string tag) => IsTag(tag)
        ? new(repository, tag, null, hasExplicitTag: true)
        : throw Invalid($"{repository}:{tag}", $"'{tag}' is not a tag");

    /// <summary>Reads a reference.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReference"/>.</exception>
    public static ImageReference Parse(string text) => TryParse(text, out ImageReference? reference, out string? problem)
        ? reference
        : throw Invalid(text, problem);

    /// <summary>Reads a reference.</summary>
    /// <param name="text">Such as <c>ubuntu</c>, <c>host:5000/a/b:v1</c>, <c>a/b@sha256:…</c> or <c>a/b:v1@sha256:…</c>.</param>
    /// <param name="reference">The reference, or null.</param>
    /// <param name="problem">Why the text is invalid, as the end of a sentence; null on success.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        if (UserInfo.IsRefused(text, out problem))
            return false;

        string name = text;
        Digest? digest = null;
        int at = name.IndexOf('@');
        if (at >= 0)
        {
            if (!Airgap.Oci.Digest.TryParse(name[(at + 1)..], out Digest parsed))
            {
                problem = $"'{name[(at + 1)..]}' is not a digest";
                return false;
            }

            digest = parsed;
            name = name[..at];
        }

        string? tag = null;
        int colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
        {
            tag = name[(colon + 1)..];
            name = name[..colon];
            if (!IsTag(tag))
            {
                problem = $"'{tag}' is not a tag";
                return false;
            }
        }

        if (!RepositoryName.TryParse(name, out RepositoryName? repository, out problem))
            return false;
        reference = new ImageReference(repository, tag ?? (digest is null ? DefaultTag : null), digest, tag is not null);
        return true;
    }

    /// <summary>True for 1 to 128 characters out of letters, digits, <c>_ . -</c>, the first neither <c>.</c> nor <c>-</c>.</summary>
    public static bool IsTag(string text) =>
        text.Length is > 0 and <= 128
        && text[0] is not ('.' or '-')
        && !text.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    /// <summary>The same image in the same repository, by digest alone.</summary>
    public ImageReference WithDigest(Digest digest) => ByDigest(Repository, digest);

    /// <summary>
    /// <c>repository@digest</c> if there is a digest (imgpkg's form, without the tag), else <c>repository:tag</c>.
    /// </summary>
    public override string ToString() => Digest is { } digest ? $"{Repository}@{digest}" : $"{Repository}:{Tag}";

    private static AirgapException Invalid(string text, string problem) => new(
        ErrorCode.InvalidReference,
        $"'{UserInfo.Hide(text)}' is not an image reference: {problem}.",
        "Write HOST[:PORT]/PATH:TAG or HOST[:PORT]/PATH@sha256:DIGEST.")
    { Reference = UserInfo.Hide(text) };
}
