using Airgap.TestKit;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Tests.Producing;

/// <summary>A folder with a package repository that pins one image of the fixtures.</summary>
internal sealed class PackageFolder : IDisposable
{
    public const string Image = "registry.local:5055/apps/frontend:1.0.0";

    private readonly TempFolder _folder = new();

    public PackageFolder()
    {
        Write("packages/simple-app/1.0.0.yml", Package());
        Write("packages/simple-app/metadata.yml", """
            apiVersion: data.packaging.carvel.dev/v1alpha1
            kind: PackageMetadata
            metadata:
              name: simple-app.corp.com
            spec:
              displayName: Simple app
              categories: [demo]
            """);
    }

    public string Path => _folder.Path;

    public string this[string path] => _folder[path];

    public static string Package(
        string refName = "simple-app.corp.com", string version = "1.0.0", string? name = null, string image = Image) => $"""
        apiVersion: data.packaging.carvel.dev/v1alpha1
        kind: Package
        metadata:
          name: {name ?? $"{refName}.{version}"}
        spec:
          refName: {refName}
          version: {version}
          template:
            spec:
              fetch:
              - imgpkgBundle:
                  image: {image}
              template:
              - ytt: {"{paths: [config/]}"}
              deploy:
              - kapp: {"{}"}
        """;

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], text);
    }

    public ProduceRequest Request(params string[] images) => new()
    {
        Root = Path,
        Files = [.. ContentFolder.List(Path)],
        Images = [.. images.Select(image => new ImageToPin(image))],
        Repository = ProduceRequest.NameNowhere("simple-repository"),
        Tag = "v1.0.0",
        RequirePackages = true,
    };

    public void Dispose() => _folder.Dispose();
}
