using System.Globalization;
using Airgap.Oci;
using Airgap.Transfer.Bundles.Yaml;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Transfer.Producing;

/// <summary>Checks one Package or PackageMetadata as a cluster does when it takes it over.</summary>
/// <remarks>Source: kapp-controller's reference of both kinds, <c>data.packaging.carvel.dev/v1alpha1</c>.</remarks>
internal sealed class PackageDocument(YamlNode document, string path, Action<Diagnostic> problem, Action<Diagnostic> warning)
{
    private const string ApiVersion = "data.packaging.carvel.dev/v1alpha1";
    private const string FormAdvice = "Write it as kapp-controller's reference of the kind has it.";

    private static readonly string[] s_packageFields =
    [
        "refName", "version", "licenses", "releasedAt", "capacityRequirementsDescription", "releaseNotes", "template", "valuesSchema", "includedSoftware",
        "kubernetesVersionSelection", "kappControllerVersionSelection",
    ];

    private static readonly string[] s_metadataFields =
        ["displayName", "longDescription", "shortDescription", "iconSVGBase64", "providerName", "maintainers", "categories", "supportDescription"];

    private YamlNode? Spec => PackageFields.Find(document, "spec");

    /// <summary>Checks the document. One of another kind is none of ours.</summary>
    /// <returns><c>Package NAME</c> or <c>PackageMetadata NAME</c>; null for another kind, or without a name.</returns>
    public string? Check()
    {
        string? kind = PackageFields.Text(document, "kind");
        if (kind is not ("Package" or "PackageMetadata"))
            return null;
        string? apiVersion = PackageFields.Text(document, "apiVersion");
        if (apiVersion != ApiVersion)
            Invalid(PackageFields.Find(document, "apiVersion") ?? document, $"the {kind} has the apiVersion '{apiVersion}', and clusters take {ApiVersion}");
        if (Spec is not YamlMapping)
            Invalid(Spec ?? document, $"the {kind} has no spec");
        else if (kind == "Package")
            CheckPackage();
        else
            CheckMetadata();
        return PackageFields.Text(document, "metadata", "name") is { } name ? $"{kind} {name}" : null;
    }

    private void CheckPackage()
    {
        WarnOfUnknown(s_packageFields, "Package");
        string? refName = Required("Package", "refName");
        string? version = Required("Package", "version");
        if (refName is not null)
            CheckRefName(refName, PackageFields.Find(Spec, "refName")!);
        if (version is not null && !SemanticVersion.IsValid(version))
            Add(ErrorCode.InvalidPackageVersion, PackageFields.Find(Spec, "version")!, $"the version '{version}' is not a semantic version", "Write MAJOR.MINOR.PATCH, such as 1.0.0 or 1.0.0-rc.1+build.2.");
        if (refName is not null && version is not null && PackageFields.Text(document, "metadata", "name") is var name && name != $"{refName}.{version}")
        {
            Add(
                ErrorCode.PackageNameMismatch,
                PackageFields.Find(document, "metadata", "name") ?? PackageFields.Find(document, "metadata") ?? document,
                name is null ? "the Package has no metadata.name" : $"the Package is named '{name}', and its refName and version make '{refName}.{version}'",
                $"Write the name '{refName}.{version}', or mend refName or version.");
        }

        if (PackageFields.Find(Spec, "template", "spec") is not YamlMapping template)
            Invalid(PackageFields.Find(Spec, "template") ?? Spec!, "the Package has no template.spec");
        else
            CheckTemplate(template);
        CheckList("licenses");
        CheckList("includedSoftware");
        if (PackageFields.Find(Spec, "releasedAt") is { } released
            && !(released is YamlScalar { Text: var text } && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) && text.Contains('T', StringComparison.Ordinal)))
        {
            Invalid(released, "the Package's releasedAt is not a time such as 2026-01-31T12:00:00Z");
        }
    }

    private void CheckTemplate(YamlMapping template)
    {
        foreach (string step in (string[])["fetch", "template", "deploy"])
        {
            if (PackageFields.Find(template, step) is not YamlSequence { Items.Count: > 0 })
                Invalid(PackageFields.Find(template, step) ?? template, $"the Package's template.spec has no list '{step}'");
        }
    }

    private void CheckMetadata()
    {
        WarnOfUnknown(s_metadataFields, "PackageMetadata");
        if (PackageFields.Text(document, "metadata", "name") is { } name)
            CheckRefName(name, PackageFields.Find(document, "metadata", "name")!);
        else
            Invalid(PackageFields.Find(document, "metadata") ?? document, "the PackageMetadata has no metadata.name");
        CheckList("categories");
        CheckList("maintainers");
    }

    private void CheckRefName(string name, YamlNode at)
    {
        if (!KubernetesName.IsSubdomain(name) || name.Count(c => c == '.') < 2)
            Add(ErrorCode.InvalidPackageRefName, at, $"'{name}' is not the name of a package", "Write three or more DNS labels joined by dots, such as simple-app.corp.com.");
    }

    private void CheckList(string field)
    {
        if (PackageFields.Find(Spec, field) is { } node and not YamlSequence)
            Invalid(node, $"'{field}' is not a list");
    }

    private string? Required(string kind, string field)
    {
        string? text = PackageFields.Text(Spec, field);
        if (text is null)
            Invalid(PackageFields.Find(Spec, field) ?? Spec!, $"the {kind} has no {field}");
        return text;
    }

    private void WarnOfUnknown(string[] fields, string kind)
    {
        foreach ((YamlScalar key, _) in ((YamlMapping)Spec!).Entries)
        {
            if (key.Text != "<<" && !fields.Contains(key.Text, StringComparer.Ordinal))
                warning(Diagnostic(ErrorCode.UnknownPackageField, key, $"a {kind} has no field spec.{YamlFields.Shorten(key.Text)}, so that clusters drop it", $"Write one of {string.Join(", ", fields)}."));
        }
    }

    private void Invalid(YamlNode at, string why) => Add(ErrorCode.InvalidPackage, at, why, FormAdvice);

    private void Add(ErrorCode code, YamlNode at, string why, string advice) => problem(Diagnostic(code, at, why, advice));

    private Diagnostic Diagnostic(ErrorCode code, YamlNode at, string why, string advice)
    {
        SourceLocation place = new(path, at.Line, at.Column);
        return new Diagnostic(code, $"{place}: {why}.", advice) { Location = place };
    }
}
