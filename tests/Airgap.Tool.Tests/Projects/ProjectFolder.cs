using System.Text;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Tool.Projects;

namespace Airgap.Tool.Tests.Projects;

/// <summary>A folder with project files, for edits without a registry.</summary>
internal sealed class ProjectFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    public const string Reference = "registry.local:5055/user1/simple-app-bundle:v1.0.0";

    public const string Declared =
        """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="simple" />""";

    public string this[string name] => _folder[name];

    public void Write(string name, string text, Encoding? encoding = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], [.. encoding?.GetPreamble() ?? [], .. (encoding ?? new UTF8Encoding(false)).GetBytes(text)]);
    }

    /// <summary>Declares the bundle in App.csproj, or another project.</summary>
    public async Task<IReadOnlyList<(string Path, string Added)>> InitAsync(
        string project = "App.csproj", string reference = Reference, string item = "ImgpkgBundle", bool isTagOurs = false) =>
        (await DeclareAsync(project, reference, item, isTagOurs)).Added;

    /// <summary>The same, with what else the project tells.</summary>
    public Task<DeclaredIn> DeclareAsync(
        string project = "App.csproj", string reference = Reference, string item = "ImgpkgBundle", bool isTagOurs = false) =>
        new BundleDeclaration(item, ImageReference.Parse(reference), "simple", isTagOurs)
            .AddToAsync(_folder[project], "1.2.3", CancellationToken.None);

    public void Dispose() => _folder.Dispose();
}
