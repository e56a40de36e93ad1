using System.Collections.Immutable;
using System.Text;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Producing;

/// <summary>What a bundle is made of.</summary>
internal sealed record ProduceRequest
{
    /// <summary>
    /// The host of a bundle that no registry has. It ends in <c>.invalid</c>, which RFC 2606 keeps free, so that it is never asked; an
    /// archive names its bundle by it, and an import does not depend on the name.
    /// </summary>
    public const string NoHost = "airgap.invalid";

    /// <summary>Full path of the folder that no file may lead out of.</summary>
    public required string Root { get; init; }

    /// <summary>
    /// The files, in any order. <c>.imgpkg/images.yml</c> and <c>.imgpkg/bundle.yml</c> may be among them; else they are written.
    /// </summary>
    public required ImmutableArray<ContentFile> Files { get; init; }

    /// <summary>The images to pin, beside those of an <c>.imgpkg/images.yml</c> among the files.</summary>
    public ImmutableArray<ImageToPin> Images { get; init; } = [];

    /// <summary>Where the bundle is, or will be; <see cref="NameNowhere"/> where no registry will have it under this name.</summary>
    public required RepositoryName Repository { get; init; }

    /// <summary>The bundle's tag.</summary>
    public string Tag { get; init; } = ImageReference.DefaultTag;

    /// <summary>True to fail where there is no <c>packages/</c>: without it a bundle is not a package repository.</summary>
    public bool RequirePackages { get; init; }

    /// <summary>Concurrent requests, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>True when the repository is only a name: nothing is asked of it.</summary>
    internal bool IsNowhere => Repository.Registry == NoHost;

    /// <summary>A name for a bundle that goes straight into an archive, or to a destination that is chosen later.</summary>
    /// <param name="name">What the bundle is called; characters that no repository has become <c>-</c>.</param>
    public static RepositoryName NameNowhere(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        StringBuilder path = new(name.Length);
        foreach (char c in name.ToLowerInvariant())
        {
            bool isSign = !char.IsAsciiLetterOrDigit(c);
            // Signs stand between letters or digits, and one at a time.
            if (!isSign)
                path.Append(c);
            else if (path.Length > 0 && char.IsAsciiLetterOrDigit(path[^1]))
                path.Append(c is '.' or '_' ? c : '-');
        }

        string text = path.ToString().TrimEnd('.', '_', '-');
        return RepositoryName.Parse($"{NoHost}/{(text.Length == 0 ? "bundle" : text)}");
    }

    /// <summary>A version as a tag: <c>+</c>, which no tag has, becomes <c>_</c>.</summary>
    public static string TagOf(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.Replace('+', '_');
    }
}
