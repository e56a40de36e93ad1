using System.Globalization;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Lists: tags, repositories, referrers.</summary>
internal sealed class ListHandler(IRegistryContent content)
{
    // The maximum number of names in one response when the client gives none.
    private const int DefaultPage = 10_000;

    /// <summary>The tags of a repository.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The name that the client asks for.</param>
    /// <param name="repository">The repository that answers under the name.</param>
    public Task TagsAsync(HttpContext context, string name, string repository)
    {
        int count = CountOf(context);
        List<string> tags = content.ListTags(repository, LastOf(context), count == int.MaxValue ? count : count + 1)
            ?? throw Refusal.NameUnknown(name);
        List<string> page = Page(context, tags, $"/v2/{name}/tags/list", Mirrored(context, name, repository));
        return ResponseWriter.JsonAsync(context, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteStrings("tags", page);
            json.WriteEndObject();
        });
    }

    public Task CatalogAsync(HttpContext context)
    {
        List<string> page = Page(context, content.ListRepositories(), "/v2/_catalog");
        return ResponseWriter.JsonAsync(context, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteStrings("repositories", page);
            json.WriteEndObject();
        });
    }

    /// <summary>The referrers of a manifest.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The name that the client asks for.</param>
    /// <param name="repository">The repository that answers under the name.</param>
    /// <param name="reference">The manifest's digest.</param>
    public Task ReferrersAsync(HttpContext context, string name, string repository, string reference)
    {
        if (!Digest.TryParse(reference, out Digest subject))
            throw Refusal.DigestInvalid(reference);
        Digest? after = LastOf(context) is { Length: > 0 } last
            ? Digest.TryParse(last, out Digest parsed) ? parsed : throw Refusal.DigestInvalid(last) : null;
        IReadOnlyList<Referrer> referrers = content.ListReferrers(repository, subject);
        string filter = "";
        if (context.Request.Query["artifactType"] is [{ Length: > 0 } artifactType])
        {
            referrers = [.. referrers.Where(referrer => referrer.ArtifactType == artifactType)];
            filter = $"artifactType={Uri.EscapeDataString(artifactType)}&";
            context.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        }

        ReferrerPage page = ReferrerPage.Of(referrers, after);
        if (!page.IsLast)
            context.Response.Headers.Link =
                $"</v2/{name}/referrers/{subject}?{Mirrored(context, name, repository)}{filter}" +
                $"last={Uri.EscapeDataString(page.Referrers[^1].Descriptor.Digest.ToString())}>; rel=\"next\"";
        return ResponseWriter.JsonAsync(context, MediaTypes.OciIndex, json => WriteIndex(json, page.Referrers));
    }

    // A repository that answers for another registry's is asked for by that registry's name, too.
    private static string Mirrored(HttpContext context, string name, string repository) =>
        name == repository ? "" : $"ns={Uri.EscapeDataString(context.Request.Query["ns"].ToString())}&";

    private static void WriteIndex(Utf8JsonWriter json, IReadOnlyList<Referrer> referrers)
    {
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaTypes.OciIndex);
        json.WriteStartArray("manifests");
        foreach (Referrer referrer in referrers)
        {
            json.WriteStartObject();
            json.WriteString("mediaType", referrer.Descriptor.MediaType);
            json.WriteString("digest", referrer.Descriptor.Digest.ToString());
            json.WriteNumber("size", referrer.Descriptor.Size);
            if (referrer.ArtifactType is not null)
                json.WriteString("artifactType", referrer.ArtifactType);
            if (referrer.Annotations is not null)
            {
                json.WritePropertyName("annotations");
                json.WriteRawValue(referrer.Annotations);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static int CountOf(HttpContext context)
    {
        if (context.Request.Query["n"] is not [{ } n])
            return DefaultPage;
        if (int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            return count;
        // More than there can be.
        return n.Length > 0 && n.All(char.IsAsciiDigit) ? int.MaxValue : throw Refusal.PageNumber();
    }

    private static string LastOf(HttpContext context) => context.Request.Query["last"] is [{ } last] ? last : "";

    private static List<string> Page(HttpContext context, List<string> sorted, string path, string query = "")
    {
        int count = CountOf(context);
        int start = 0;
        if (LastOf(context) is { Length: > 0 } last)
        {
            start = sorted.BinarySearch(last, StringComparer.Ordinal);
            start = start < 0 ? ~start : start + 1;
        }

        List<string> page = sorted.GetRange(start, Math.Min(count, sorted.Count - start));
        if (page.Count > 0 && start + page.Count < sorted.Count)
            context.Response.Headers.Link = $"<{path}?{query}n={count}&last={Uri.EscapeDataString(page[^1])}>; rel=\"next\"";
        return page;
    }
}
