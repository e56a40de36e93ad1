using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>The referrers of a manifest, page by page, from registries that list them.</summary>
/// <remarks>Source: OCI distribution specification 1.1, "Listing Referrers".</remarks>
internal sealed class ReferrerRequests(Transport transport, RepositoryName repository)
{
    /// <summary>More attached manifests than this are an attack, not artifacts.</summary>
    private const int MaxReferrers = 10_000;

    private static readonly KeyValuePair<string, string>[] s_accept = [new("Accept", MediaTypes.OciIndex)];

    /// <summary>Requests the referrers; null if the registry does not list them.</summary>
    public async Task<ReferrerList?> ListAsync(Digest subject, CancellationToken cancellationToken)
    {
        RegistryHost host = transport.HostOf(repository);
        if (host.LacksReferrers(repository))
            return null;
        Operation operation = Operation.OnManifest("list the referrers of", repository, subject.ToString());
        Dictionary<Digest, Descriptor> found = [];
        VisitedPages visited = new(operation);
        Uri? target = RegistryRequest.Below(repository.Path, $"referrers/{subject}");
        while (target is not null)
        {
            visited.Add(target);
            RegistryRequest request = new(RequestKind.Referrers, HttpMethod.Get, target, ScopeSet.Pull(repository.Path), operation)
            {
                Headers = s_accept,

                // Any refusal may mean that the registry does not know this address. The clients' list is read instead;
                // if the caller lacks access to the repository, that request shows it.
                Expects = static status => status is (>= 400 and < 500 or 501) && !Refusals.IsTransient(status),
            };
            (Manifest? page, target) = await transport.SendAsync(
                repository, request, (response, token) => ReadPageAsync(request, response, token), cancellationToken);
            if (page is null)
            {
                // A registry that returned a page lists referrers, even if the next page fails.
                if (visited.Count > 1)
                    return new ReferrerList([.. found.Values], FromApi: true) { IsPartial = true };
                host.NoteLackOfReferrers(repository);
                return null;
            }

            foreach (Descriptor descriptor in page.Manifests)
                found.TryAdd(descriptor.Digest, descriptor);
            if (found.Count > MaxReferrers)
                throw operation.Failed(ErrorCode.ResponseTooLarge, $"there are more than {MaxReferrers}",
                    "Relocate this image without its artifacts.");
        }

        return new ReferrerList([.. found.Values], FromApi: true);
    }

    private async Task<(Manifest? Page, Uri? Next)> ReadPageAsync(
        RegistryRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A registry that answers every address, perhaps with an HTML page, does not know this one.
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != MediaTypes.OciIndex)
            return (null, null);
        Uri address = response.RequestMessage!.RequestUri!;
        WireRequest wire = new(request.Method, address, request.Kind, request.Operation);
        byte[] bytes = await BodyReader.ReadAsync(
            transport.Exchange, response, Manifest.MaxBytes, wire, transport.Options, cancellationToken);
        transport.Counters.CountReceived(repository.Registry, bytes.Length);
        return (Manifest.Parse(bytes, MediaTypes.OciIndex),
            NextPage.Of(response, address, transport.HostOf(repository).IsLocal, request.Operation));
    }
}
