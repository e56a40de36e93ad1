using Airgap.Oci;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// Finds template steps of Packages that cannot succeed: without paths, ytt reads every file of the fetched bundle, including
/// <c>.imgpkg/images.yml</c>, which only kbld removes again. The check covers a bundle that is being made, and a bundle that is relocated
/// for a PackageRepository, whose packages/ is read anyway. It does not cover nested package repositories, whose packages/ is not read.
/// </summary>
internal static class PackageTemplates
{
    /// <summary>The advice for a template.</summary>
    public const string Advice =
        "Name the bundle's folders: ytt: {paths: [config/]}; and let kbld follow with paths: ['-', .imgpkg/images.yml].";

    /// <summary>The steps of a Package that render its bundle's lock.</summary>
    /// <param name="template">Its <c>spec.template.spec</c>.</param>
    public static IEnumerable<YamlNode> FindRenderedLocks(YamlNode? template)
    {
        bool fetchesBundle = YamlLookup.Find(template, "fetch") is YamlSequence fetch
            && fetch.Items.Any(item => YamlLookup.Find(item, "imgpkgBundle") is not null);
        if (!fetchesBundle || YamlLookup.Find(template, "template") is not YamlSequence steps
            || steps.Items.Any(step => YamlLookup.Find(step, "kbld") is not null))
            return [];
        return steps.Items.Select(step => YamlLookup.Find(step, "ytt")).OfType<YamlMapping>()
            .Where(ytt => YamlLookup.Find(ytt, "paths") is not YamlSequence { Items.Count: > 0 } paths
                || paths.Items.Any(path => path is YamlScalar { Text: "." or "./" }));
    }

    /// <summary>Warns about such steps in a file under <c>packages/</c>.</summary>
    /// <param name="documents">The documents of a file.</param>
    /// <param name="path">The file.</param>
    public static IEnumerable<Diagnostic> WarningsOf(IEnumerable<YamlNode> documents, string path)
    {
        FindingsPerFile told = new();
        Diagnostic[] found = [.. documents.Where(document => YamlLookup.Text(document, "kind") == "Package")
            .SelectMany(document => FindRenderedLocks(YamlLookup.Find(document, "spec", "template", "spec")))
            .Where(_ => told.Take(ErrorCode.TemplateRendersLock, path))
            .Select(ytt => new SourceLocation(path, ytt.Line, ytt.Column))
            .Select(place => new Diagnostic(
                ErrorCode.TemplateRendersLock,
                $"The ytt step of the Package in {place} renders its bundle's .imgpkg/images.yml as a resource, which the cluster " +
                "refuses when the package is installed.", Advice)
            { Location = place })];
        return found.Concat(told.More());
    }
}
