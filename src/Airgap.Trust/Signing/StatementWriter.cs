using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Trust.Signing;

/// <summary>Writes in-toto statements of version 1.</summary>
internal static class StatementWriter
{
    /// <summary>A subject.</summary>
    /// <param name="Name">Its name; null for none, as cosign writes images.</param>
    /// <param name="Digest">Its digest.</param>
    public sealed record Subject(string? Name, Digest Digest);

    /// <summary>Writes one.</summary>
    /// <param name="subjects">The subjects.</param>
    /// <param name="predicateType">The predicate's type.</param>
    /// <param name="predicate">Writes the predicate, one JSON value; null for an empty object.</param>
    public static byte[] Write(IEnumerable<Subject> subjects, string predicateType, Action<Utf8JsonWriter>? predicate)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteString("_type", "https://in-toto.io/Statement/v1");
            json.WriteStartArray("subject");
            foreach (Subject subject in subjects)
            {
                json.WriteStartObject();
                if (subject.Name is not null)
                    json.WriteString("name", subject.Name);
                json.WriteStartObject("digest");
                json.WriteString(subject.Digest.Algorithm, subject.Digest.Hex);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("predicateType", predicateType);
            json.WritePropertyName("predicate");
            if (predicate is null)
            {
                json.WriteStartObject();
                json.WriteEndObject();
            }
            else
            {
                predicate(json);
            }

        }, JsonBytes.Unescaped);
    }
}
