namespace Airgap.Transfer.Bundles;

/// <summary>
/// The position of a node relative to a <c>fetch:</c>, such as <c>fetch: [{image: {url: …}}]</c> or <c>fetch:
/// [{helmChart: {repository: {url: …}}}]</c>.
/// </summary>
internal readonly record struct FetchPosition
{
    private enum Step
    {
        None,
        Fetch,
        Item,
        Kind,
        Repository,
        Url,
        InlinePaths,
        BundleImage,
    }

    private Step At { get; init; }

    private string? Name { get; init; }

    /// <summary>The kind of content, if this is the position of the <c>url</c> that it is fetched from; otherwise null.</summary>
    public string? Kind => At == Step.Url ? Name : null;

    /// <summary>True for the files of a <c>fetch[].inline</c>.</summary>
    public bool IsInlinePaths => At == Step.InlinePaths;

    /// <summary>True for the image of a <c>fetch[].imgpkgBundle</c>.</summary>
    public bool IsBundleImage => At == Step.BundleImage;

    /// <summary>The position of an item, if this is the position of a list.</summary>
    public FetchPosition Item() => At == Step.Fetch ? new FetchPosition { At = Step.Item } : default;

    /// <summary>The position of a value, if this is the position of a mapping.</summary>
    public FetchPosition Value(string key) => (At, key) switch
    {
        (_, "fetch") => new FetchPosition { At = Step.Fetch },
        (Step.Item, "image" or "http" or "git" or "helmChart" or "inline" or "imgpkgBundle") => new FetchPosition
        {
            At = Step.Kind,
            Name = key
        },
        (Step.Kind, "paths") when Name == "inline" => new FetchPosition { At = Step.InlinePaths },
        (Step.Kind, "image") when Name == "imgpkgBundle" => new FetchPosition { At = Step.BundleImage },
        (Step.Kind, "repository") => new FetchPosition { At = Step.Repository, Name = Name },
        (Step.Kind or Step.Repository, "url") when Name is not ("inline" or "imgpkgBundle") => new FetchPosition
        {
            At = Step.Url,
            Name = Name
        },
        _ => default,
    };
}
