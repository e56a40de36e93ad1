using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Tests;

/// <summary>Items and settings as in a project.</summary>
internal static class PublishItems
{
    public const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    public static PublishItem Bundle(string include, params (string Name, string Value)[] metadata) =>
        Item(PublishItemKind.Bundle, include, metadata);

    public static PublishItem Image(string include, params (string Name, string Value)[] metadata) =>
        Item(PublishItemKind.Image, include, metadata);

    public static PublishItem Lock(string include, params (string Name, string Value)[] metadata) =>
        Item(PublishItemKind.Lock, include, metadata);

    public static PublishSettings To(string registry, string folder = "/nowhere") => new()
    {
        ProjectDirectory = folder,
        OutputPath = "airgap/",
        Registry = registry
    };

    private static PublishItem Item(PublishItemKind kind, string include, (string Name, string Value)[] metadata) =>
        new(kind, include, metadata.ToDictionary(pair => pair.Name, pair => pair.Value), new SourceLocation("App.csproj", 7));
}
