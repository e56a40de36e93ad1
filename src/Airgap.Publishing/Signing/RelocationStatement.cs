using System.Globalization;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>
/// The in-toto statement about a relocation: who, when, sources, destinations, digests, verdicts, version. Its subjects
/// are the document next to which it is stored, and the roots.
/// </summary>
internal static class RelocationStatement
{
    /// <summary>The predicate type: a name, not an address.</summary>
    public const string PredicateType = "urn:airgap-build:relocation:v1";

    /// <summary>Writes it.</summary>
    /// <param name="document">The name of the document next to it.</param>
    /// <param name="digest">The document's digest.</param>
    /// <param name="results">The relocations.</param>
    /// <param name="verdicts">The verified images with their signers; null if no signature is required.</param>
    /// <param name="who">Who runs this; null if unknown.</param>
    /// <param name="version">The version.</param>
    /// <param name="relocation">The bytes of <c>relocation.json</c>; empty for none.</param>
    public static byte[] Write(
        string document, Digest digest, IReadOnlyList<TransferResult> results, IEnumerable<TrustedImage>? verdicts, RunIdentity? who,
        string version, ReadOnlyMemory<byte> relocation)
    {
        IEnumerable<StatementWriter.Subject> roots = results.SelectMany(RootsOf)
            .Select(item => new StatementWriter.Subject((item.Destination ?? item.Item.Source).ToString(), item.Item.Digest)).Distinct();
        return StatementWriter.Write([new StatementWriter.Subject(document, digest), .. roots], PredicateType, json =>
        {
            json.WriteStartObject();
            json.WriteString("ended", Time(results.Count == 0 ? DateTimeOffset.UtcNow : results.Max(result => result.Ended)));
            json.WriteString("version", version);
            if (who is not null)
            {
                json.WritePropertyName("who");
                who.Write(json);
            }

            json.WriteStrings("from", results.Select(result => result.Plan.Source.ToString()!).Distinct(StringComparer.Ordinal));
            json.WriteStrings("to", results.Select(result => result.Destination.ToString()!).Distinct(StringComparer.Ordinal));
            json.WriteStartArray("images");
            foreach (RelocatedItem item in results.SelectMany(result => result.Items))
                Write(json, item);
            json.WriteEndArray();
            if (verdicts is not null)
                Write(json, verdicts);
            if (!relocation.IsEmpty)
            {
                json.WritePropertyName("relocation");
                json.WriteRawValue(relocation.Span);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>The requested items of a relocation.</summary>
    public static IEnumerable<RelocatedItem> RootsOf(TransferResult result)
    {
        if (result.Root is { } root)
            return [root];
        HashSet<PlannedItem> images = [.. AttachedItems.Without([.. result.Items.Select(item => item.Item)])];
        return result.Items.Where(item => images.Contains(item.Item));
    }

    /// <summary>A time in the documents' format.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, RelocatedItem item)
    {
        json.WriteStartObject();
        json.WriteString("digest", item.Item.Digest.ToString());
        json.WriteString("source", item.Item.Source.ToString());
        if (item.Destination is { } destination)
            json.WriteString("destination", destination.ToString());
        json.WriteStrings("tags", item.Tags.Distinct(StringComparer.Ordinal));
        json.WriteString("outcome", item.Outcome.ToString().ToLowerInvariant());
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<TrustedImage> verdicts)
    {
        json.WriteStartArray("verdicts");
        foreach (TrustedImage image in verdicts)
        {
            json.WriteStartObject();
            json.WriteString("digest", image.Digest);
            json.WriteString("image", image.Image);
            json.WriteStrings("signedBy", image.SignedBy.Select(by => by.ToString()).Distinct(StringComparer.Ordinal));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
