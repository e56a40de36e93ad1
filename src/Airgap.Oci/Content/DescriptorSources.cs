using System.Collections.Immutable;
using System.Text.Json;

namespace Airgap.Oci.Content;

/// <summary>
/// Reads the sources that a descriptor itself gives for its content: embedded in it, or at other addresses. Invalid
/// sources are ignored.
/// </summary>
/// <remarks>Source: OCI image specification, descriptor.md, "Embedded Content" and <c>urls</c>.</remarks>
internal static class DescriptorSources
{
    private const int MostUrls = 16;

    /// <summary>The embedded content, if it has the right digest and size.</summary>
    public static ReadOnlyMemory<byte>? Data(JsonElement descriptor, Digest digest, long size) =>
        descriptor.TryGetProperty("data", out JsonElement element) && element.ValueKind == JsonValueKind.String && size <= Manifest.MaxBytes
            && element.TryGetBytesFromBase64(out byte[]? bytes) && bytes.Length == size && Digest.ComputeLike(digest, bytes) == digest
            ? new ReadOnlyMemory<byte>(bytes)
            : (ReadOnlyMemory<byte>?)null;

    /// <summary>The other addresses.</summary>
    public static ImmutableArray<Uri> Urls(JsonElement descriptor) =>
        descriptor.TryGetProperty("urls", out JsonElement element) && element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray().Take(MostUrls).Select(UrlOf).OfType<Uri>()]
            : [];

    private static Uri? UrlOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && Uri.TryCreate(element.GetString(), UriKind.Absolute, out Uri? uri)
            && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 ? uri : null;
}
