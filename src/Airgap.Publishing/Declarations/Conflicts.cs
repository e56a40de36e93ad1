using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>Finds items that would overwrite each other.</summary>
internal static class Conflicts
{
    /// <summary>A problem for every item with the destination of an earlier item.</summary>
    public static IEnumerable<Diagnostic> Find(IReadOnlyList<Declaration> declarations)
    {
        Dictionary<string, Declaration> destinations = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, Declaration> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (Declaration declaration in declarations)
        {
            // Without a tag nothing is overwritten, because content is stored under its digest.
            bool named = declaration.Archive is not null || declaration is { Repository: not null, Tag: not null };
            if (named && !destinations.TryAdd(declaration.DestinationKey, declaration))
            {
                yield return Problem(
                    declaration,
                    destinations[declaration.DestinationKey],
                    $"go to {Place(declaration, destinations[declaration.DestinationKey])}",
                    declaration.SharesArchive ? "Declare it once." : declaration.Archive is null
                    ? "Give one of them another Repository."
                    : "Give one of them another PackageRepository, whose name is that of the archive.");
            }
            else if (!names.TryAdd(declaration.Name, declaration))
            {
                yield return Problem(declaration, names[declaration.Name],
                    $"would write {declaration.Name}.packagerepository.yml or {declaration.Name}.bundle-lock.yml",
                    "Give one of them another PackageRepository.");
            }
        }
    }

    // Registries and folders on some file systems ignore case.
    private static string Place(Declaration declaration, Declaration other) => declaration.DestinationKey == other.DestinationKey
        ? declaration.DestinationKey : $"{other.DestinationKey} and {declaration.DestinationKey}, which differ only by case";

    private static Diagnostic Problem(Declaration declaration, Declaration other, string what, string advice) => declaration.Item.Problem(
        ErrorCode.ConflictingDestination,
        $"The items {other.Item.ItemName} '{other.Item.Include}' and {declaration.Item.ItemName} '{declaration.Item.Include}' both {what}.",
        advice);
}
