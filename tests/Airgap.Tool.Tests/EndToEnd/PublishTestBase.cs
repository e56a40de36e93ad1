namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Projects that declare bundles.</summary>
public abstract class PublishTestBase
{
    private protected const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    private protected static async Task WriteProjectAsync(
        Bench bench, string item, string framework = "<TargetFramework>net10.0</TargetFramework>")
    {
        Directory.CreateDirectory(bench.Folder["App"]);
        await File.WriteAllTextAsync(bench.Folder[Path.Combine("App", "App.csproj")], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {framework}
              </PropertyGroup>
              <ItemGroup>
                {item}
              </ItemGroup>
            </Project>

            """);
    }
}
