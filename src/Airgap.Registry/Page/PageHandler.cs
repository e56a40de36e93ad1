using System.Diagnostics;
using System.Text;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Page;

/// <summary>The HTML page with the registry's content.</summary>
internal sealed class PageHandler(IRegistryContent content, RegistryServerOptions options)
{
    private const int MaxRepositories = 50;
    private const int MaxTags = 100;

    private readonly ItemInspector _inspector = new(content);
    private readonly string _title = options.Archives.Count > 0 ? "An archive served as a registry" : "A registry";

    public async Task HandleAsync(HttpContext context)
    {
        List<string> all = content.ListRepositories();
        int start = 0;
        if (context.Request.Query["last"] is [{ Length: > 0 } last])
        {
            start = all.BinarySearch(last, StringComparer.Ordinal);
            start = start < 0 ? ~start : start + 1;
        }

        List<string> names = all.GetRange(start, Math.Min(MaxRepositories, all.Count - start));
        long started = Stopwatch.GetTimestamp();
        PageWriter page = new(_title, context.Request.Host.Value ?? "", all.Count);
        foreach (string name in names)
            await AddAsync(page, name, started, context.RequestAborted);
        byte[] html = Encoding.UTF8.GetBytes(page.Finish(start + names.Count < all.Count ? names[^1] : null));

        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = PageWriter.Policy;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = html.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(html, context.RequestAborted);
    }

    private async Task AddAsync(PageWriter page, string name, long started, CancellationToken cancellationToken)
    {
        List<string> tags = content.ListTags(name) ?? [];
        string[] shown = [.. tags.Where(tag => !ToolTag.IsOne(tag))];

        // A bundle imported by digest has only imgpkg's own tags.
        if (shown.Length == 0)
            shown = [.. tags.Where(tag => ToolTag.IsOne(tag) && !tag.EndsWith(".image-locations.imgpkg", StringComparison.Ordinal))];
        page.BeginRepository(name);
        foreach (string tag in shown.Take(MaxTags))
        {
            if (content.ResolveTag(name, tag) is not { } digest)
                continue;

            // Reading thousands of bundles for the first time takes minutes. The next visit reads the rest.
            bool isRead = Stopwatch.GetElapsedTime(started) < options.PageReadsFor;
            ServedItem? item = isRead ? await _inspector.FindAsync(name, digest, cancellationToken) : _inspector.Known(digest);
            page.AddItem(name, ToolTag.IsOne(tag) ? null : tag, digest, item, isRead || item is not null);
        }

        page.EndRepository(Math.Max(0, shown.Length - MaxTags), tags.Count - shown.Length);
    }
}
