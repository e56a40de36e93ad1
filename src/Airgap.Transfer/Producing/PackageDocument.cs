using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Producing;

/// <summary>Checks one Package or PackageMetadata as a cluster does when reading it.</summary>
/// <remarks>Source: kapp-controller's reference of both kinds, <c>data.packaging.carvel.dev/v1alpha1</c>.</remarks>
internal sealed class PackageDocument(
    YamlNode document, string path, Action<ErrorCode, string, Func<Diagnostic>> problem,
    Action<ErrorCode, string, Func<Diagnostic>> warning)
{
    private const string ApiVersion = "data.packaging.carvel.dev/v1alpha1";
    private const string FormAdvice = "Write it as in kapp-controller's reference of the kind.";

    private TypeCheck? _types;

    private YamlNode? Spec => YamlLookup.Find(document, "spec");

    /// <summary>Checks the document, unless it is of another kind.</summary>
    /// <returns><c>Package NAME</c> or <c>PackageMetadata NAME</c>; null for another kind, or without a name.</returns>
    public string? Check()
    {
        string? kind = YamlLookup.Text(document, "kind");
        if (kind is not ("Package" or "PackageMetadata"))
            return null;
        _types = new TypeCheck(
            (at, why, advice) => problem(
                ErrorCode.InvalidPackage, path, () => Diagnostic(ErrorCode.InvalidPackage, at, $"{kind}: {why()}", advice)),
            (key, at, fields) => warning(ErrorCode.UnknownPackageField, path, () => Diagnostic(
                ErrorCode.UnknownPackageField,
                key,
                $"a {kind} has no field {(at.Length == 0 ? "" : at + ".")}{YamlFields.Shorten(key.Text)}, so clusters ignore it",
                fields.Any() ? $"Write one of {string.Join(", ", fields.Order(StringComparer.Ordinal))}." : "Remove it.")));
        _types.Check(document, kind, "");
        string? apiVersion = YamlLookup.Text(document, "apiVersion");
        if (apiVersion != ApiVersion)
            Invalid(YamlLookup.Find(document, "apiVersion") ?? document,
                $"the {kind} has the apiVersion '{apiVersion}', but clusters accept only {ApiVersion}");
        if (Spec is not YamlMapping)
            Invalid(Spec ?? document, $"the {kind} has no spec");
        else if (kind == "Package")
            CheckPackage();
        else
            CheckMetadata();
        return YamlLookup.Text(document, "metadata", "name") is { } name ? $"{kind} {name}" : null;
    }

    private void CheckPackage()
    {
        string? refName = Required("Package", "refName");
        string? version = Required("Package", "version");
        if (refName is not null)
            CheckRefName(refName, YamlLookup.Find(Spec, "refName")!);
        if (version is not null && !SemverVersion.TryParse(version, out _))
            Add(ErrorCode.InvalidPackageVersion, YamlLookup.Find(Spec, "version")!, $"the version '{version}' is not a semantic version",
                "Write MAJOR.MINOR.PATCH, such as 1.0.0 or 1.0.0-rc.1+build.2, with numbers of at most 64 bits.");
        if (refName is not null && version is not null && !_types!.IsWrong(YamlLookup.Find(Spec, "version"))
            && !_types.IsWrong(YamlLookup.Find(Spec, "refName")) && YamlLookup.Text(document, "metadata", "name") is var name
            && name != $"{refName}.{version}")
        {
            Add(
                ErrorCode.PackageNameMismatch,
                YamlLookup.Find(document, "metadata", "name") ?? YamlLookup.Find(document, "metadata") ?? document,
                name is null ? "the Package has no metadata.name"
                : $"the Package is named '{name}', but its refName and version require '{refName}.{version}'",
                $"Write the name '{refName}.{version}', or correct refName or version.");
        }

        if (YamlLookup.Find(Spec, "template", "spec") is not YamlMapping template)
            Invalid(YamlLookup.Find(Spec, "template") ?? Spec!, "the Package has no template.spec");
        else
        {
            CheckTemplate(template);
            CheckRendering(template);
        }
    }

    private void CheckTemplate(YamlMapping template)
    {
        foreach (string step in (string[])["fetch", "template", "deploy"])
        {
            if (YamlLookup.Find(template, step) is not YamlSequence { Items.Count: > 0 })
                Invalid(YamlLookup.Find(template, step) ?? template, $"the Package's template.spec has no list '{step}'");
        }
    }

    private void CheckRendering(YamlMapping template)
    {
        foreach (YamlNode ytt in PackageTemplates.FindRenderedLocks(template))
        {
            warning(ErrorCode.TemplateRendersLock, path, () => Diagnostic(
                ErrorCode.TemplateRendersLock,
                ytt,
                "this ytt step renders the bundle's .imgpkg/images.yml as a resource, which the cluster refuses when the package is " +
                "installed",
                PackageTemplates.Advice));
        }
    }

    private void CheckMetadata()
    {
        if (YamlLookup.Text(document, "metadata", "name") is { } name)
            CheckRefName(name, YamlLookup.Find(document, "metadata", "name")!);
        else
            Invalid(YamlLookup.Find(document, "metadata") ?? document, "the PackageMetadata has no metadata.name");
    }

    private void CheckRefName(string name, YamlNode at)
    {
        if (!KubernetesName.IsSubdomain(name) || name.Count(c => c == '.') < 2)
            Add(ErrorCode.InvalidPackageRefName, at, $"'{name}' is not the name of a package",
                "Write three or more DNS labels joined by dots, such as simple-app.corp.com.");
    }

    private string? Required(string kind, string field)
    {
        string? text = YamlLookup.Text(Spec, field);
        if (text is null)
            Invalid(YamlLookup.Find(Spec, field) ?? Spec!, $"the {kind} has no {field}");
        return text;
    }

    private void Invalid(YamlNode at, string why) => Add(ErrorCode.InvalidPackage, at, why, FormAdvice);

    // A value of the wrong type is reported once, not again for its content.
    private void Add(ErrorCode code, YamlNode at, string why, string advice)
    {
        if (_types?.IsWrong(at) != true)
            Report(code, at, why, advice);
    }

    private void Report(ErrorCode code, YamlNode at, string why, string advice) =>
        problem(code, path, () => Diagnostic(code, at, why, advice));

    private Diagnostic Diagnostic(ErrorCode code, YamlNode at, string why, string advice)
    {
        SourceLocation place = new(path, at.Line, at.Column);
        return new Diagnostic(code, $"{place}: {why}.", advice) { Location = place };
    }
}
