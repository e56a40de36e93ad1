using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Verifying;

/// <summary>Reads an archive's manifest.json: every manifest and config against its digest, every index against what it holds.</summary>
internal sealed class ArchiveListing(string path, Findings findings)
{
    /// <summary>Where each item of the archive came from, by digest.</summary>
    public Dictionary<Digest, ImageReference> References { get; } = [];

    /// <summary>The layers that the images refer to, with the image; the optional ones may not be redistributed.</summary>
    public List<(Digest Image, Descriptor Layer, bool IsOptional)> Layers { get; } = [];

    /// <summary>The images that are bundles.</summary>
    public List<Manifest> Bundles { get; } = [];

    /// <summary>Reads the document. Throws as JsonElement does where it is not shaped as one.</summary>
    public void Read(JsonElement root)
    {
        foreach (JsonElement element in root.EnumerateArray())
        {
            if (Child(element, "ImageIndex") is { } index)
                Index(index);
            else if (Child(element, "Image") is { } image)
                Image(image);
            else
                findings.Add(ErrorCode.InvalidArchive, $"'{path}': its manifest.json holds an element that is neither image nor index.", path);
        }
    }

    private Digest? Index(JsonElement index)
    {
        Manifest? manifest = Parse(index, "index");
        HashSet<Digest> held = [];
        foreach (JsonElement child in List(index, "Images"))
        {
            if (Image(child) is { } digest)
                held.Add(digest);
        }

        foreach (JsonElement child in List(index, "Indexes"))
        {
            if (Index(child) is { } digest)
                held.Add(digest);
        }

        foreach (Descriptor missing in (manifest?.Manifests ?? []).Where(child => !held.Contains(child.Digest)))
            findings.Add(ErrorCode.InvalidArchive, $"'{path}': the index {manifest!.Digest} lists {missing.Digest}, which the archive does not hold.", path, missing.Digest);
        AddReference(index, manifest);
        return manifest?.Digest;
    }

    private Digest? Image(JsonElement image)
    {
        Manifest? manifest = Child(image, "Manifest") is { } element ? Parse(element, "manifest") : null;
        if (manifest?.Config is not { } descriptor)
        {
            if (manifest is not null || Child(image, "Manifest") is null)
                findings.Add(ErrorCode.InvalidArchive, $"'{path}': an image has no manifest or no config.", path, manifest?.Digest);
            return manifest?.Digest;
        }

        byte[] config = Encoding.UTF8.GetBytes(Child(image, "Config")?.GetProperty("Raw").GetString() ?? "");
        if (Check(config, descriptor.Digest, "config") && config.Length != descriptor.Size)
            findings.Add(ErrorCode.SizeMismatch, $"'{path}': the config {descriptor.Digest} has {config.Length} bytes, and {manifest.Digest} says {descriptor.Size}.", path, descriptor.Digest);
        Layers.AddRange(manifest.Layers
            .Select(layer => (manifest.Digest, layer, MediaTypes.IsNonDistributable(layer.MediaType) || layer.Digest == descriptor.Digest)));
        AddReference(image, manifest);
        if (BundleLabel.IsPresent(config) && References.ContainsKey(manifest.Digest))
            Bundles.Add(manifest);
        return manifest.Digest;
    }

    private Manifest? Parse(JsonElement element, string what)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(element.GetProperty("Raw").GetString() ?? "");
        if (!Digest.TryParse(element.GetProperty("Digest").GetString(), out Digest digest))
        {
            findings.Add(ErrorCode.InvalidArchive, $"'{path}': the {what} has no valid digest.", path);
            return null;
        }

        findings.CountManifest(bytes.Length);
        if (!Check(bytes, digest, what))
            return null;
        try
        {
            return Manifest.Parse(bytes, element.GetProperty("MediaType").GetString(), digest);
        }
        catch (AirgapException e)
        {
            findings.Add(e, path, digest);
            return null;
        }
    }

    private bool Check(byte[] bytes, Digest digest, string what)
    {
        Digest actual = Digest.ComputeLike(digest, bytes);
        if (actual == digest)
            return true;
        findings.Add(ErrorCode.ArchiveDigestMismatch, $"'{path}': the {what} listed as {digest} has the digest {actual}.", path, digest);
        return false;
    }

    private void AddReference(JsonElement element, Manifest? manifest)
    {
        if (manifest is null)
            return;
        string? text = List(element, "Refs").FirstOrDefault() is { ValueKind: JsonValueKind.String } first ? first.GetString() : null;
        if (ImageReference.TryParse(text, out ImageReference? reference, out _))
            References.TryAdd(manifest.Digest, reference.WithDigest(manifest.Digest));
        else
            findings.Add(ErrorCode.InvalidArchive, $"'{path}': '{text}' is not an image reference.", path, manifest.Digest);
    }

    private static JsonElement? Child(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static IEnumerable<JsonElement> List(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
