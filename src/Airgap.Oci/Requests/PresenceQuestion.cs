using System.Buffers;
using System.Text;
using System.Text.Json;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// Checks a repository for hundreds of blobs or manifests at once, by pushing a manifest that refers to them. The registry must refuse it,
/// because it also refers to content that does not exist anywhere; content that the refusal does not name is present. This only saves
/// requests: without a usable response, nothing is known.
/// </summary>
/// <remarks>
/// docker's distribution checks everything that a manifest refers to before it stores anything, and names all missing content
/// (registry/handlers/manifests.go, ErrManifestVerification); docker-registry 2.8 was observed to do so. The OCI specification does not
/// require it. So a response counts only if it names the nonexistent content at each of its four positions: a registry that stops at the
/// first missing item, or shortens its list, does not. The first manifest refers only to nonexistent content, and is always the same: if a
/// registry stores it, no other is sent, and the registry keeps one untagged manifest, whose deletion is requested. Unlike a HEAD, this
/// check says nothing about lengths.
/// </remarks>
/// <param name="transport">Sends the requests.</param>
/// <param name="repository">The repository.</param>
/// <param name="ofManifests">True to check for manifests, with an index; false for blobs.</param>
internal sealed class PresenceQuestion(Transport transport, RepositoryName repository, bool ofManifests)
{
    /// <summary>The maximum per request: a registry over an object store takes some seconds for it.</summary>
    public const int MostPerQuestion = 200;

    // For fewer, concurrent single requests cost little.
    private const int FewestAsked = 20;
    private const int MostAtOnce = 4;
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly Digest[] s_nowhere =
        [.. Enumerable.Range(1, 4).Select(n => Digest.Compute(Encoding.UTF8.GetBytes($"airgap asks for content that nobody has: {n}\n")))];

    private volatile bool _isSilent;

    /// <summary>Checks for content.</summary>
    /// <param name="content">Blobs, or manifests.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The content that responses to this call proved present. The rest may be present, too.</returns>
    public async Task<IReadOnlySet<Digest>> FindPresentAsync(IReadOnlyCollection<Descriptor> content, CancellationToken cancellationToken)
    {
        Descriptor[] asked =
        [
            .. content.Where(one => one.Digest.Algorithm == "sha256" && !s_nowhere.Contains(one.Digest)).DistinctBy(one => one.Digest),
        ];
        HashSet<Digest> present = [];
        if (asked.Length < FewestAsked || await TryAskAsync([], cancellationToken) is null)
            return present;
        await Parallel.ForEachAsync(
            asked.Chunk(MostPerQuestion),
            new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
            async (chunk, token) =>
            {
                if (_isSilent || await TryAskAsync(chunk, token) is not { } missing)
                    return;
                lock (present)
                    present.UnionWith(chunk.Select(one => one.Digest).Where(digest => !missing.Contains(digest)));
            });
        return present;
    }

    // The missing content; null if the response shows nothing.
    private async Task<IReadOnlySet<Digest>?> TryAskAsync(Descriptor[] content, CancellationToken cancellationToken)
    {
        string why;
        try
        {
            (IReadOnlySet<Digest>? missing, why) = await AskAsync(content, cancellationToken);
            if (missing is not null)
                return missing;
        }
        catch (Exception e) when (e is TransientException or AirgapException { Code: not ErrorCode.Canceled })
        {
            why = e.Message;
        }

        _isSilent = true;
        transport.Trace.Note($"{repository} does not report which of many {(ofManifests ? "manifests" : "blobs")} it has: {why}");
        return null;
    }

    private async Task<(IReadOnlySet<Digest>? Missing, string Why)> AskAsync(Descriptor[] content, CancellationToken cancellationToken)
    {
        string mediaType = ofManifests ? MediaTypes.OciIndex : MediaTypes.OciManifest;
        ReadOnlyMemory<byte> bytes = Write(mediaType, content);
        Digest digest = Digest.Compute(bytes.Span);
        Operation operation = Operation.OnRepository("check for content in", repository);
        RegistryRequest request = new(
            RequestKind.ManifestPut, HttpMethod.Put, RegistryRequest.Below(repository.Path, $"manifests/{digest}"),
            ScopeSet.PullAndPush(repository.Path), operation)
        {
            Content = _ => ContentOf(bytes, mediaType),
            Expects = static status => status is 400 or 404,
        };
        using HttpResponseMessage response = await transport.SendOnceAsync(repository, request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            await RemoveAsync(digest, cancellationToken);
            return (null, "it accepts manifests without their content");
        }

        WireRequest wire = new(request.Method, response.RequestMessage!.RequestUri!, request.Kind, operation);
        byte[] answer = await BodyReader.ReadAsync(
            transport.Exchange, response, MaxAnswerBytes, wire, transport.Options, cancellationToken);
        transport.Counters.CountReceived(repository.Registry, answer.Length);
        return MissingContent.Read(answer) is { } missing && Array.TrueForAll(s_nowhere, missing.Contains)
            ? (missing, "") : (null, "its refusal does not name all missing content");
    }

    private async Task RemoveAsync(Digest accepted, CancellationToken cancellationToken)
    {
        try
        {
            await new ManifestRemoval(transport.Unretried, repository).RemoveAsync(accepted.ToString(), stored: null, cancellationToken);
        }
        catch (Exception e) when (e is TransientException or AirgapException { Code: not ErrorCode.Canceled })
        {
            transport.Trace.Note($"{repository} keeps {accepted}: {e.Message}");
        }
    }

    private static ReadOnlyMemoryContent ContentOf(ReadOnlyMemory<byte> bytes, string mediaType)
    {
        ReadOnlyMemoryContent content = new(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return content;
    }

    private ReadOnlyMemory<byte> Write(string mediaType, Descriptor[] content)
    {
        ArrayBufferWriter<byte> buffer = new(512 + (200 * content.Length));
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion"u8, 2);
            json.WriteString("mediaType"u8, mediaType);
            if (!ofManifests)
            {
                json.WritePropertyName("config"u8);
                Write(json, MediaTypes.OciConfig, s_nowhere[0], 2);
            }

            json.WriteStartArray(ofManifests ? "manifests"u8 : "layers"u8);
            int half = content.Length / 2;
            if (ofManifests)
                WriteNowhere(0);
            WriteNowhere(1);
            WriteAll(content.AsSpan(0, half));
            WriteNowhere(2);
            WriteAll(content.AsSpan(half));
            WriteNowhere(3);
            json.WriteEndArray();
            json.WriteEndObject();

            void WriteNowhere(int place) =>
                Write(json, ofManifests ? MediaTypes.OciManifest : MediaTypes.OciLayerGzip, s_nowhere[place], 2);

            void WriteAll(ReadOnlySpan<Descriptor> some)
            {
                foreach (Descriptor one in some)
                    Write(json, ofManifests ? one.MediaType : MediaTypes.OciLayerGzip, one.Digest, one.Size);
            }
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, string mediaType, Digest digest, long size)
    {
        json.WriteStartObject();
        json.WriteString("mediaType"u8, mediaType);
        json.WriteString("digest"u8, digest.ToString());
        json.WriteNumber("size"u8, size);
        json.WriteEndObject();
    }
}
