using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>The common part of imgpkg's YAML kinds: apiVersion, kind, and images by digest.</summary>
internal static class LockHeader
{
    /// <summary>The only supported version.</summary>
    public const string ApiVersion = "imgpkg.carvel.dev/v1alpha1";

    /// <summary>Checks the document's apiVersion and kind, and reads its fields.</summary>
    public static YamlFields Read(YamlNode? root, string kind, string content, YamlContext context, bool strict)
    {
        if (root is null)
            throw context.Error(0, 0, "the file contains no YAML document");
        string what = $"{(kind[0] == 'I' ? "an" : "a")} {kind}";

        // The kind is checked first, so that a file of another kind is not reported as a file with unknown keys.
        YamlFields header = YamlFields.Read(root, what, context, strict: false, "apiVersion", "kind");
        Expect(header, "apiVersion", ApiVersion, context);
        Expect(header, "kind", kind, context);
        return YamlFields.Read(root, what, context, strict, "apiVersion", "kind", content);
    }

    /// <summary>Reads the reference of an image, which must contain a digest.</summary>
    public static ImageReference ReadImage(YamlFields fields, YamlContext context)
    {
        YamlNode at = fields.Find("image") ?? fields.At;
        string text = fields.Text("image");
        if (!ImageReference.TryParse(text, out ImageReference? reference, out string? problem))
        {
            throw text.Contains('@', StringComparison.Ordinal) || text.Length == 0
                ? context.Error(at, text.Length == 0
                    ? "an image has no reference" : $"'{YamlFields.Shorten(UserInfo.Hide(text))}' is not an image reference: {problem}")
                : WithoutDigest(text, at, context);
        }

        return reference.Digest is { } digest ? reference.WithDigest(digest) : throw WithoutDigest(text, at, context);
    }

    private static AirgapException WithoutDigest(string text, YamlNode at, YamlContext context) => context.Error(
        ErrorCode.LockWithoutDigest,
        at,
        $"the image '{YamlFields.Shorten(UserInfo.Hide(text))}' is not given by digest",
        "Write the image as REPOSITORY@sha256:DIGEST, for example with kbld or 'imgpkg tag resolve'.");

    private static void Expect(YamlFields fields, string name, string value, YamlContext context)
    {
        YamlNode at = fields.Find(name) ?? fields.At;
        string actual = at is YamlScalar ? fields.Text(name) : "";
        if (actual != value)
            throw context.Error(at, actual.Length == 0
                ? $"'{name}' must be {value}" : $"'{name}' must be {value}, not '{YamlFields.Shorten(actual)}'");
    }
}
