namespace Airgap.Registry.Http;

/// <summary>The resource of a URL.</summary>
internal enum Resource
{
    None,
    Ping,
    Catalog,
    Tags,
    Manifest,
    Blob,
    Uploads,
    Upload,
    Referrers,
}

/// <summary>The parts of a URL's path. A repository may be named like a part of the API, so the end of the path decides.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Name">The repository, not yet checked; may be empty.</param>
/// <param name="Reference">Tag, digest or upload, not yet checked; may be empty.</param>
internal readonly record struct Route(Resource Resource, string Name, string Reference)
{
    private const string Root = "/v2/";

    /// <summary>Parses a path.</summary>
    public static Route Parse(string path)
    {
        if (path is "/v2" or Root)
            return new Route(Resource.Ping, "", "");
        if (!path.StartsWith(Root, StringComparison.Ordinal))
            return default;
        string rest = path[Root.Length..];
        if (rest == "_catalog")
            return new Route(Resource.Catalog, "", "");

        int slash = rest.LastIndexOf('/');
        if (slash < 0)
            return default;
        string last = rest[(slash + 1)..];
        string front = rest[..slash];
        if (last == "uploads" && TryCut(front, "/blobs", out string name))
            return new Route(Resource.Uploads, name, "");
        if (TryCut(front, "/blobs/uploads", out name))
            return new Route(last.Length == 0 ? Resource.Uploads : Resource.Upload, name, last);
        if (TryCut(front, "/manifests", out name))
            return new Route(Resource.Manifest, name, last);
        if (TryCut(front, "/blobs", out name))
            return new Route(Resource.Blob, name, last);
        if (TryCut(front, "/referrers", out name))
            return new Route(Resource.Referrers, name, last);
        if (last == "list" && TryCut(front, "/tags", out name))
            return new Route(Resource.Tags, name, "");
        return default;
    }

    private static bool TryCut(string front, string end, out string name)
    {
        bool found = front.EndsWith(end, StringComparison.Ordinal);
        name = found ? front[..^end.Length] : "";
        return found;
    }
}
