using System.Globalization;
using System.Net.Http.Headers;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry.Auth;

namespace Airgap.Oci.Registry.Http;

/// <summary>Sends a blob in chunks, for registries (and the proxies before them) that refuse it in one piece.</summary>
/// <remarks>Source: OCI distribution specification, "Pushing a blob in chunks".</remarks>
internal sealed class ChunkedUpload(
    Transport transport, RepositoryName repository, IBlobContent content, ScopeSet scopes, Operation operation, UploadProgress progress)
{
    private const long ChunkBytes = 16 * 1024 * 1024;

    /// <summary>Sends all chunks, and finishes the upload.</summary>
    /// <param name="opened">The answer that opened the session.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public async Task RunAsync(HttpResponseMessage opened, CancellationToken cancellationToken)
    {
        Uri location = LocationOf(opened);
        long chunk = Math.Max(ChunkBytes, MinimumOf(opened));
        UploadSource source = new(content);
        await using (source.ConfigureAwait(false))
        {
            for (long offset = 0; offset < source.Size;)
            {
                long length = Math.Min(chunk, source.Size - offset);
                (location, long next) = await PatchAsync(source, location, offset, length, cancellationToken).ConfigureAwait(false);
                if (next <= offset || next > offset + length)
                {
                    throw operation.Failed(
                        ErrorCode.RegistryProtocol, $"the registry counts {next} bytes after byte {offset + length} was sent", "Report it to the registry's operator.");
                }

                progress.RewindTo(next);
                offset = next;
            }
        }

        RegistryRequest finish = new(RequestKind.UploadPut, HttpMethod.Put, UploadSession.WithDigest(location, content.Descriptor.Digest), scopes, operation)
        {
            Content = static _ => new ByteArrayContent([]),
        };
        using HttpResponseMessage answer = await transport.SendOnceAsync(repository, finish, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(Uri Location, long Next)> PatchAsync(UploadSource source, Uri location, long offset, long length, CancellationToken cancellationToken)
    {
        RegistryRequest request = new(RequestKind.UploadPatch, HttpMethod.Patch, location, scopes, operation)
        {
            Content = watchdog =>
            {
                BlobUploadContent body = new(source, offset, length, progress, watchdog);
                body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
                body.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{offset}-{offset + length - 1}"));
                return body;
            },
        };
        using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, cancellationToken).ConfigureAwait(false);
        return (LocationOf(answer), NextOf(answer) ?? offset + length);
    }

    // "0-1023": what the registry has. One that took less than it was sent is given the rest again.
    private static long? NextOf(HttpResponseMessage answer)
    {
        string? range = ValueOf(answer, "Range");
        int dash = range?.LastIndexOf('-') ?? -1;
        return dash >= 0 && long.TryParse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long last) ? last + 1 : null;
    }

    private static long MinimumOf(HttpResponseMessage answer) =>
        long.TryParse(ValueOf(answer, "OCI-Chunk-Min-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out long minimum) ? minimum : 0;

    private static string? ValueOf(HttpResponseMessage answer, string header)
    {
        if (answer.Headers.NonValidated.TryGetValues(header, out HeaderStringValues values))
            return values.ToString();
        return answer.Content.Headers.NonValidated.TryGetValues(header, out values) ? values.ToString() : null;
    }

    private Uri LocationOf(HttpResponseMessage answer) => UploadSession.LocationOf(answer, transport.HostOf(repository).IsLocal, operation);
}
