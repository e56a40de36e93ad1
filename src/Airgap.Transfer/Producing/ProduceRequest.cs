using System.Collections.Immutable;
using System.Text;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Producing;

/// <summary>The content of a bundle to make.</summary>
internal sealed record ProduceRequest
{
    /// <summary>
    /// The host name for a bundle that is in no registry. It ends in <c>.invalid</c>, which RFC 2606 reserves, so that it is never
    /// contacted; an archive uses it in its bundle's name, and an import does not depend on the name.
    /// </summary>
    public const string NoHost = "airgap.invalid";

    /// <summary>Full path of the folder that all files must be in.</summary>
    public required string Root { get; init; }

    /// <summary>
    /// The files, in any order. <c>.imgpkg/images.yml</c> and <c>.imgpkg/bundle.yml</c> may be among them; otherwise
    /// they are written.
    /// </summary>
    public required ImmutableArray<ContentFile> Files { get; init; }

    /// <summary>The images to pin, besides those of an <c>.imgpkg/images.yml</c> among the files.</summary>
    public ImmutableArray<ImageToPin> Images { get; init; } = [];

    /// <summary>
    /// The present or future repository of the bundle; <see cref="NameNowhere"/> if no registry will have it under this
    /// name.
    /// </summary>
    public required RepositoryName Repository { get; init; }

    /// <summary>The bundle's tag.</summary>
    public string Tag { get; init; } = ImageReference.DefaultTag;

    /// <summary>
    /// True to fail if there is no <c>packages/</c>, without which a bundle is not a package repository.
    /// </summary>
    public bool RequirePackages { get; init; }

    /// <summary>The number of concurrent requests, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>True when the repository is only a name, which is never contacted.</summary>
    internal bool IsNowhere => Repository.Registry == NoHost;

    /// <summary>
    /// A name for a bundle that is written directly to an archive, or whose destination is chosen later.
    /// </summary>
    /// <param name="name">The bundle's name; characters not allowed in a repository become <c>-</c>.</param>
    public static RepositoryName NameNowhere(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        StringBuilder path = new(name.Length);
        foreach (char c in name.ToLowerInvariant())
        {
            bool isSign = !char.IsAsciiLetterOrDigit(c);
            // Separators are between letters or digits, one at a time.
            if (!isSign)
                path.Append(c);
            else if (path.Length > 0 && char.IsAsciiLetterOrDigit(path[^1]))
                path.Append(c is '.' or '_' ? c : '-');
        }

        string text = path.ToString().TrimEnd('.', '_', '-');
        return RepositoryName.Parse($"{NoHost}/{(text.Length == 0 ? "bundle" : text)}");
    }

    /// <summary>A version as a tag: <c>+</c>, which is not allowed in a tag, becomes <c>_</c>.</summary>
    public static string TagOf(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.Replace('+', '_');
    }
}
