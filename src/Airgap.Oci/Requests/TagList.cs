using System.Runtime.CompilerServices;
using System.Text.Json;
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>The tags of a repository, page by page.</summary>
/// <remarks>Source: OCI distribution specification, "Listing Tags".</remarks>
internal static class TagList
{
    private const int PageSize = 1000;

    // Registries that ignore n return all tags: 8 MiB is about 60,000 of the longest tags.
    private const int MaxPageBytes = 8 * 1024 * 1024;

    /// <summary>Reads the pages.</summary>
    /// <param name="transport">Sends the requests.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="mustExist">True to fail if the registry does not know the repository; false to return no tags
    /// then.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async IAsyncEnumerable<string> ReadAsync(
        Transport transport, RepositoryName repository, bool mustExist, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Operation operation = Operation.OnRepository("list the tags of", repository);
        Uri? target = RegistryRequest.Below(repository.Path, $"tags/list?n={PageSize}");
        VisitedPages visited = new(operation);
        while (target is not null)
        {
            visited.Add(target);
            RegistryRequest request = new(RequestKind.Tags, HttpMethod.Get, target, ScopeSet.Pull(repository.Path), operation)
            {
                Expects = status => status == 404 && (!mustExist || visited.Count > 1),
            };
            (List<string> tags, target) = await transport.SendAsync(
                repository, request, (response, token) =>
                ReadPageAsync(transport, repository, request, isFirst: visited.Count == 1, response, token), cancellationToken);
            if (tags.Count == 0 && target is null && visited.Count == 1)
                transport.HostOf(repository).Uploads.NoteEmpty(repository.Path);
            foreach (string tag in tags)
                yield return tag;
        }
    }

    private static async Task<(List<string> Tags, Uri? Next)> ReadPageAsync(
        Transport transport, RepositoryName repository, RegistryRequest request, bool isFirst, HttpResponseMessage response,
        CancellationToken cancellationToken)
    {
        // Without a later page, the tags so far would pass for all. The failure has no status: a 404 would mean that there are none.
        if ((int)response.StatusCode == 404)
            return isFirst ? ([], null) : throw request.Operation.Failed(
                ErrorCode.RegistryProtocol,
                $"the registry has no page {Redaction.Url(response.RequestMessage!.RequestUri!)}, though its previous page names it as next",
                "Check a proxy in front of the registry: it must forward the addresses in the registry's Link headers.");
        Uri address = response.RequestMessage!.RequestUri!;
        WireRequest wire = new(request.Method, address, request.Kind, request.Operation);
        byte[] bytes = await BodyReader.ReadAsync(transport.Exchange, response, MaxPageBytes, wire, transport.Options, cancellationToken);
        transport.Counters.CountReceived(repository.Registry, bytes.Length);
        return (Parse(bytes, request.Operation), NextPage.Of(response, address, transport.HostOf(repository).IsLocal, request.Operation));
    }

    private static List<string> Parse(byte[] bytes, Operation operation)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                if (!root.TryGetProperty("tags", out JsonElement tags) || tags.ValueKind == JsonValueKind.Null)
                    return [];
                if (tags.ValueKind == JsonValueKind.Array && tags.EnumerateArray().All(tag => tag.ValueKind == JsonValueKind.String))
                    return [.. tags.EnumerateArray().Select(tag => tag.GetString()!)];
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It is thrown below.
        }

        throw operation.Failed(ErrorCode.RegistryProtocol, "the registry's answer is not a list of tags",
            "Check that the address is that of a registry.");
    }
}
