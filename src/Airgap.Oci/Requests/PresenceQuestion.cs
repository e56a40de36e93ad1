using System.Buffers;
using System.Text;
using System.Text.Json;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// Asks a repository for hundreds of blobs or manifests at once: it is sent a manifest of them that it has to refuse, because that also
/// refers to content that nobody has. What the refusal does not name, the repository has. Only saves requests: without a usable answer,
/// nothing is known.
/// </summary>
/// <remarks>
/// docker's distribution looks for all that a manifest refers to before it stores anything, and names everything that it does not find
/// (registry/handlers/manifests.go, ErrManifestVerification); docker-registry 2.8 was seen to. The OCI specification leaves that open, so
/// an answer counts only if it names the content that nobody has in each of its four places: a registry that stops at the first, or
/// shortens its list, does not. The first question has nothing else, and is the same each time: a registry that stores it is asked nothing
/// more, and has one manifest without a tag, which it is asked to delete. Unlike the answer to a HEAD, this one says nothing of lengths.
/// </remarks>
/// <param name="transport">Sends the requests.</param>
/// <param name="repository">The repository.</param>
/// <param name="ofManifests">True to ask for manifests, by an index; false for blobs.</param>
internal sealed class PresenceQuestion(Transport transport, RepositoryName repository, bool ofManifests)
{
    /// <summary>The most that one question asks for: a registry over an object store needs some seconds for them.</summary>
    public const int MostPerQuestion = 200;

    // Below, single requests side by side cost little.
    private const int FewestAsked = 20;
    private const int MostAtOnce = 4;
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly Digest[] s_nowhere =
        [.. Enumerable.Range(1, 4).Select(n => Digest.Compute(Encoding.UTF8.GetBytes($"airgap asks for content that nobody has: {n}\n")))];

    private volatile bool _isSilent;

    /// <summary>Asks.</summary>
    /// <param name="content">Blobs, or manifests.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is present, by answers to this call. The rest may be present, too.</returns>
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

    // What is missing; null if the answer shows nothing.
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
        transport.Trace.Note($"{repository} does not tell what it has of many {(ofManifests ? "manifests" : "blobs")} at once: {why}");
        return null;
    }

    private async Task<(IReadOnlySet<Digest>? Missing, string Why)> AskAsync(Descriptor[] content, CancellationToken cancellationToken)
    {
        string mediaType = ofManifests ? MediaTypes.OciIndex : MediaTypes.OciManifest;
        ReadOnlyMemory<byte> bytes = Write(mediaType, content);
        Digest digest = Digest.Compute(bytes.Span);
        Operation operation = Operation.OnRepository("ask what is present in", repository);
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
            ? (missing, "") : (null, "its refusal does not name all that is missing");
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
