using System.Reflection;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// Where the JSON schemas of the artifacts lie, for their <c>$schema</c>: an editor that knows it checks and completes the file.
/// </summary>
internal static class SchemaLinks
{
    /// <summary>The name of a schema's property in a document.</summary>
    public const string Property = "$schema";

    // Known when the package is made for a repository.
    private static readonly string? s_folder = typeof(SchemaLinks).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "SchemaUrl")?.Value;

    /// <summary>The address of a schema; null where the repository is not known.</summary>
    /// <param name="name">Its name before <c>.schema.json</c>.</param>
    public static string? Of(string name) => In(s_folder, name);

    /// <summary>The address of a schema in a folder; null without one.</summary>
    internal static string? In(string? folder, string name) => folder is null ? null : $"{folder}{name}.schema.json";
}
