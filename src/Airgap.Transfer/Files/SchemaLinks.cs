using System.Reflection;

namespace Airgap.Transfer.Files;

/// <summary>
/// The addresses of our documents' JSON schemas, for their <c>$schema</c>, with which an editor checks and completes
/// the file.
/// </summary>
internal static class SchemaLinks
{
    /// <summary>The name of a schema's property in a document.</summary>
    public const string Property = "$schema";

    // Known when the package is built for a repository.
    private static readonly string? s_folder = typeof(SchemaLinks).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "SchemaUrl")?.Value;

    /// <summary>The address of a schema; null if the repository is unknown.</summary>
    /// <param name="name">Its name before <c>.schema.json</c>.</param>
    public static string? Of(string name) => In(s_folder, name);

    /// <summary>The address of a schema in a folder; null without one.</summary>
    internal static string? In(string? folder, string name) => folder is null ? null : $"{folder}{name}.schema.json";
}
