using System.Net.Http.Headers;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>Resolves, fetches and pushes the manifests of one repository.</summary>
/// <remarks>Source: OCI distribution specification, "Pulling manifests" and "Pushing Manifests".</remarks>
internal sealed class ManifestRequests(Transport transport, RepositoryName repository)
{
    private static readonly KeyValuePair<string, string>[] s_accept = [new("Accept", string.Join(", ", MediaTypes.AcceptedManifests))];

    private readonly ScopeSet _pull = ScopeSet.Pull(repository.Path);

    public async Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        Operation operation = Operation.OnManifest("resolve", repository, tagOrDigest);
        RegistryRequest request = new(RequestKind.ManifestHead, HttpMethod.Head, Target(tagOrDigest), _pull, operation)
        {
            Headers = s_accept,
            Expects = static _ => true,
        };
        try
        {
            using HttpResponseMessage response = await transport.SendOnceAsync(repository, request, cancellationToken);
            if (DescriptorOf(response, operation.Digest) is { } descriptor)
                return descriptor;
        }
        catch (TransientException)
        {
            // The GET is retried.
        }
        catch (AirgapException e) when (e.Code != ErrorCode.RegistryCertificate)
        {
            // The GET succeeds, or fails with a reason.
        }

        // A failed HEAD proves nothing, not even a 404: some registries and caches answer only GET.
        return (await FindAsync(tagOrDigest, cancellationToken))?.Descriptor;
    }

    public Task<Manifest?> FindAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        FetchAsync(tagOrDigest, static status => status == 404, cancellationToken);

    // A missing manifest is a refusal here, so that the failure includes the registry's own message.
    public async Task<Manifest> GetAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        (await FetchAsync(tagOrDigest, static _ => false, cancellationToken))!;

    public async Task PushAsync(Manifest manifest, string? tag, CancellationToken cancellationToken)
    {
        // For a push by tag, a registry computes a sha256 digest and keeps only that.
        if (manifest.Digest.Algorithm != "sha256")
            await PushByOtherDigestAsync(manifest, cancellationToken);
        if (tag is not null || manifest.Digest.Algorithm == "sha256")
            await PutAsync(manifest, tag, cancellationToken);
    }

    private async Task PushByOtherDigestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        Operation operation = Operation.OnManifest("push the manifest", repository, manifest.Digest.ToString());
        string why;
        try
        {
            await PutAsync(manifest, null, cancellationToken);
            if (await FindAsync(manifest.Digest.ToString(), cancellationToken) is not null)
                return;
            why = "it has no manifest there afterwards";
        }
        catch (AirgapException e) when (e.Code is ErrorCode.RegistryRefused or ErrorCode.DestinationMismatch or ErrorCode.ManifestUnknown)
        {
            why = e.Message.TrimEnd('.');
        }

        throw operation.Failed(
            ErrorCode.DigestAlgorithmRefused,
            $"the registry does not keep manifests under {manifest.Digest.Algorithm} digests: {why}",
            "Use a registry that does, or push the image again with a sha256 digest and pin that.");
    }

    private async Task PutAsync(Manifest manifest, string? tag, CancellationToken cancellationToken)
    {
        string target = tag ?? manifest.Digest.ToString();
        Operation operation = Operation.OnManifest("push the manifest", repository, target) with { Digest = manifest.Digest };
        RegistryRequest request =
            new(RequestKind.ManifestPut, HttpMethod.Put, Target(target), ScopeSet.PullAndPush(repository.Path), operation)
            {
                Content = _ => ContentOf(manifest),
            };
        Digest? stored = await transport.Retry.ExecuteAsync(
            async token =>
            {
                try
                {
                    if (transport.HostOf(repository).Outgoing is { } rate)
                        await rate.PayAsync(manifest.Bytes.Length, token);
                    using HttpResponseMessage response = await transport.SendOnceAsync(repository, request, token);
                    return DigestOf(response);
                }
                catch (AirgapException missing) when (missing.Code is ErrorCode.BlobUnknown or ErrorCode.ManifestUnknown)
                {
                    // All blobs were sent, but some registries (GitHub's, others on slow storage) see them only a
                    // moment later.
                    throw new TransientException(missing);
                }
            },
            cancellationToken);
        transport.Counters.CountSent(repository.Registry, manifest.Bytes.Length);
        stored ??= (await ResolveAsync(target, cancellationToken))?.Digest;
        if (stored is { } actual && actual == Digest.ComputeLike(actual, manifest.Bytes.Span))
            return;
        throw operation.Failed(
            ErrorCode.DestinationMismatch,
            $"the registry has {stored?.ToString() ?? "nothing"} there afterwards, expected {manifest.Digest}",
            "Another client may have pushed the same tag, or the registry changes manifests; push again, to a registry that keeps them " +
            "unchanged.");
    }

    private Task<Manifest?> FetchAsync(string tagOrDigest, Func<int, bool> expects, CancellationToken cancellationToken)
    {
        Operation operation = Operation.OnManifest("fetch", repository, tagOrDigest);
        RegistryRequest request = new(RequestKind.ManifestGet, HttpMethod.Get, Target(tagOrDigest), _pull, operation)
        {
            Headers = s_accept,
            Expects = expects,
        };
        int spoiled = 0;
        return transport.SendAsync(
            repository,
            request,
            async (response, token) =>
            {
                if ((int)response.StatusCode == 404)
                    return null;
                WireRequest wire = new(request.Method, response.RequestMessage!.RequestUri!, request.Kind, operation);
                byte[] bytes = await BodyReader.ReadAsync(
                    transport.Exchange, response, Manifest.MaxBytes, wire, transport.Options, token, transport.HostOf(repository).Incoming);
                transport.Counters.CountReceived(repository.Registry, bytes.Length);
                Digest? expected = operation.Digest ?? DigestOf(response);
                if (expected is { } digest && Digest.ComputeLike(digest, bytes) is var actual && actual != digest)
                {
                    AirgapException failure = operation.Failed(
                        ErrorCode.DigestMismatch,
                        $"the manifest has the digest {actual}, expected {digest}",
                        "Try again; if it persists, the registry's storage or a proxy in between is damaged.");
                    throw spoiled++ < DigestRetries.MostRepeats ? new TransientException(failure) : failure;
                }

                return Manifest.Parse(bytes, response.Content.Headers.ContentType?.MediaType, expected);
            },
            cancellationToken);
    }

    // Null if the response is incomplete, or names a digest other than the requested one: a proxy's mistake or another
    // algorithm's name. The content decides then.
    private static Descriptor? DescriptorOf(HttpResponseMessage response, Digest? asked) =>
        response.IsSuccessStatusCode && DigestOf(response) is { } digest && response.Content.Headers.ContentLength is { } length
            && (asked ?? digest) == digest
            ? new Descriptor(response.Content.Headers.ContentType?.MediaType ?? "", digest, length)
            : null;

    private static ReadOnlyMemoryContent ContentOf(Manifest manifest)
    {
        ReadOnlyMemoryContent content = new(manifest.Bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", manifest.MediaType);
        return content;
    }

    private static Digest? DigestOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Docker-Content-Digest", out HeaderStringValues values)
            && Digest.TryParse(values.ToString().Trim(), out Digest digest)
            ? digest
            : null;

    private Uri Target(string tagOrDigest) => RegistryRequest.Below(repository.Path, "manifests/" + tagOrDigest);
}
