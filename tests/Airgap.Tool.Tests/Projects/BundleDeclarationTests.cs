using System.Text;
using Airgap.Oci;

namespace Airgap.Tool.Tests.Projects;

[TestClass]
public sealed class BundleDeclarationTests
{
    private const string Reference = """<PackageReference Include="Airgap.Build" Version="1.2.3" PrivateAssets="all" />""";

    [TestMethod]
    [DataRow("\n", "  ", false)]
    [DataRow("\r\n", "\t", true)]
    [DataRow("\r\n", "    ", false)]
    [DataRow("\r", " ", true)]
    public async Task TheItemsAreAddedInTheFilesStyle_AndNothingElseChanges(string newLine, string indent, bool withMark)
    {
        using ProjectFolder folder = new();
        string head = Lines(newLine, indent,
            "<!-- ünïcode, & a \"quote\" -->",
            "<Project   Sdk='Microsoft.NET.Sdk'  >",
            ">",
            "><PropertyGroup >",
            ">><TargetFramework>net10.0</TargetFramework>   <!-- trailing blanks -->  ",
            "></PropertyGroup>");
        string tail = Lines(newLine, indent, "</Project><!-- the end -->") + "   ";
        folder.Write("App.csproj", head + tail, new UTF8Encoding(withMark));

        await folder.InitAsync();

        string added = Lines(newLine, indent, "", "><ItemGroup>", ">>" + Reference, "></ItemGroup>", "", "><ItemGroup>",
            ">>" + ProjectFolder.Declared, "></ItemGroup>");
        CollectionAssert.AreEqual(
            (byte[])[.. new UTF8Encoding(withMark).GetPreamble(), .. Encoding.UTF8.GetBytes(head + added + tail)],
            File.ReadAllBytes(folder["App.csproj"]), File.ReadAllText(folder["App.csproj"]));
        byte[] once = File.ReadAllBytes(folder["App.csproj"]);
        Assert.IsEmpty(await folder.InitAsync());
        CollectionAssert.AreEqual(once, File.ReadAllBytes(folder["App.csproj"]));
    }

    [TestMethod]
    public async Task AGroupThatHasSuchItemsTakesThem()
    {
        using ProjectFolder folder = new();
        const string Before = """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup Condition="'$(X)' == ''">
                <PackageReference Include="Other" Version="1" />
              </ItemGroup>
              <ItemGroup>
                <PackageReference Include="Another" Version="1" /> <!-- of the other -->
              </ItemGroup>
              <ItemGroup><ImgpkgBundle Include="host.io/a/b:v1" /></ItemGroup>
            </Project>
            """;
        folder.Write("App.csproj", Before);

        await folder.InitAsync();

        Assert.AreEqual(
            Before
                .Replace("of the other -->\n", $"of the other -->\n    {Reference}\n", StringComparison.Ordinal)
                .Replace("b:v1\" /></Item", $"b:v1\" />\n    {ProjectFolder.Declared}\n  </Item", StringComparison.Ordinal),
            File.ReadAllText(folder["App.csproj"]));
    }

    [TestMethod]
    [DataRow("<Project Sdk=\"Microsoft.NET.Sdk\" />", "<Project Sdk=\"Microsoft.NET.Sdk\">\n")]
    [DataRow("<Project Sdk=\"Microsoft.NET.Sdk\"></Project>", "<Project Sdk=\"Microsoft.NET.Sdk\">\n")]
    public async Task AnEmptyProjectBecomesOneWithItems(string before, string start)
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj", before);

        await folder.InitAsync();

        string text = File.ReadAllText(folder["App.csproj"]);
        Assert.StartsWith(start, text);
        Assert.EndsWith("</Project>", text);
        Assert.Contains($"  <ItemGroup>\n    {ProjectFolder.Declared}\n  </ItemGroup>\n", text);
    }

    [TestMethod]
    [DataRow("utf-16")]
    [DataRow("utf-16BE")]
    [DataRow("utf-32")]
    public async Task AWideEncodingStays(string name)
    {
        using ProjectFolder folder = new();
        Encoding encoding = Encoding.GetEncoding(name);
        folder.Write("App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n", encoding);

        await folder.InitAsync();

        byte[] bytes = File.ReadAllBytes(folder["App.csproj"]);
        Assert.IsTrue(bytes.AsSpan().StartsWith(encoding.Preamble));
        Assert.Contains(ProjectFolder.Declared, encoding.GetString(bytes));
    }

    [TestMethod]
    public async Task ALatinDeclarationIsTakenAtItsWord()
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj",
            "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<!-- é -->\n<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n",
            Encoding.Latin1);

        await folder.InitAsync();

        Assert.Contains("<!-- é -->", Encoding.Latin1.GetString(File.ReadAllBytes(folder["App.csproj"])));
    }

    [TestMethod]
    [DataRow("<Project Sdk=\"Microsoft.NET.Sdk\">\n<ItemGroup>\n</Project>", 3)]
    [DataRow("<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\n</Project>", 1)]
    [DataRow("<Solution />", 1)]
    [DataRow("<!DOCTYPE Project><Project Sdk=\"Microsoft.NET.Sdk\" />", 0)]
    [DataRow("", 0)]
    public async Task AProjectWithoutAnSdk_IsRefusedWithItsPlace(string text, int line)
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj", text);

        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => folder.InitAsync());

        Assert.AreEqual(ErrorCode.UneditableProject, refused.Code);
        Assert.AreEqual(line, refused.Location?.Line);
        Assert.AreEqual(text, File.ReadAllText(folder["App.csproj"]));
    }

    [TestMethod]
    public async Task BytesThatAreNoneOfTheEncodingsAreRefused()
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><!-- é --></Project>", Encoding.Latin1);
        Assert.AreEqual(ErrorCode.UneditableProject, (await Assert.ThrowsExactlyAsync<AirgapException>(() => folder.InitAsync())).Code);
    }

    [TestMethod]
    [DataRow("registry.local:5055/user1/simple-app-bundle:v2", "ImgpkgBundle")]
    [DataRow("registry.local:5055/user1/simple-app-bundle:v1.0.0", "ImgpkgImage")]
    public async Task AnotherDeclarationOfTheRepositoryIsRefusedWithItsLine(string declared, string item)
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj",
            $"<Project Sdk=\"Microsoft.NET.Sdk\">\n  <ItemGroup>\n    <{item} Include=\"{declared}\" />\n  </ItemGroup>\n</Project>\n");

        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => folder.InitAsync());

        Assert.AreEqual(ErrorCode.AlreadyDeclared, refused.Code);
        Assert.AreEqual(3, refused.Location?.Line);
        Assert.DoesNotContain("Airgap.Build", File.ReadAllText(folder["App.csproj"]));
    }

    [TestMethod]
    [DataRow("Directory.Build.props")]
    [DataRow("Directory.Build.targets")]
    public async Task ADeclarationInAFileAroundTheProjectCounts(string file)
    {
        using ProjectFolder folder = new();
        folder.Write("src/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />\n");
        folder.Write(file, $"<Project>\n  <ItemGroup>\n    {ProjectFolder.Declared}\n  </ItemGroup>\n</Project>\n");

        (string path, string added) = Assert.ContainsSingle(await folder.InitAsync("src/App.csproj"));
        Assert.AreEqual((folder["src/App.csproj"], Reference), (path, added));
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => folder.InitAsync("src/App.csproj", "registry.local:5055/user1/simple-app-bundle:v2"));
        Assert.AreEqual((ErrorCode.AlreadyDeclared, folder[file], 3), (refused.Code, refused.Location?.File, refused.Location?.Line));
        Assert.Contains(folder[file], refused.Message);

        // It may be meant for another project.
        folder.Write(
            file, $"<Project>\n  <ItemGroup Condition=\"'$(X)' == ''\">\n    {ProjectFolder.Declared}\n  </ItemGroup>\n</Project>\n");
        Assert.ContainsSingle(await folder.InitAsync("src/App.csproj"));
        Assert.Contains(ProjectFolder.Declared, File.ReadAllText(folder["src/App.csproj"]));
    }

    [TestMethod]
    public async Task WithoutATagOfTheUsersTheDeclaredOneIsKept()
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <ItemGroup>\n    " +
            $"{ProjectFolder.Declared}\n    {Reference}\n  </ItemGroup>\n</Project>\n");
        Assert.IsEmpty(await folder.InitAsync(reference: "registry.local:5055/user1/simple-app-bundle:v2.0.0", isTagOurs: true));
    }

    [TestMethod]
    public async Task CentralVersionsAreHeeded()
    {
        using ProjectFolder folder = new();
        folder.Write("Directory.Packages.props",
            "<Project>\r\n  <PropertyGroup>\r\n    <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>\r\n  " +
            "</PropertyGroup>\r\n  <ItemGroup>\r\n    <PackageVersion Include=\"Other\" Version=\"1\" />\r\n  " +
            "</ItemGroup>\r\n</Project>\r\n");
        folder.Write("src/App/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n");

        Assert.HasCount(3, await folder.InitAsync("src/App/App.csproj"));

        Assert.Contains("\r\n    <PackageVersion Include=\"Airgap.Build\" Version=\"1.2.3\" />\r\n  </ItemGroup>\r\n",
            File.ReadAllText(folder["Directory.Packages.props"]));
        Assert.Contains("""<PackageReference Include="Airgap.Build" PrivateAssets="all" />""",
            File.ReadAllText(folder["src/App/App.csproj"]));
        Assert.IsEmpty(await folder.InitAsync("src/App/App.csproj"));
    }

    [TestMethod]
    [DataRow("Directory.Build.props",
        """<Project><ItemGroup><PackageReference Include="airgap.build" Version="9" /></ItemGroup></Project>""")]
    [DataRow("Directory.Packages.props",
        """<Project><ItemGroup><GlobalPackageReference Include="Airgap.Build" Version="9" /></ItemGroup></Project>""")]
    public async Task AReferenceThatAFileAroundBringsIsEnough(string name, string text)
    {
        using ProjectFolder folder = new();
        folder.Write(name, text);
        folder.Write("src/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n");
        Assert.ContainsSingle(await folder.InitAsync("src/App.csproj"));
    }

    [TestMethod]
    public async Task AFileAboveTheNearestCountsOnlyWhereThatImportsIt()
    {
        using ProjectFolder folder = new();
        folder.Write("Directory.Build.props",
            """<Project><ItemGroup><PackageReference Include="Airgap.Build" Version="9" /></ItemGroup></Project>""");
        folder.Write("a/Directory.Build.props", "<Project />");
        folder.Write("a/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        folder.Write("b/Directory.Build.props",
            """<Project><Import Project="$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))" /></Project>""");
        folder.Write("b/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");

        Assert.HasCount(2, await folder.InitAsync("a/App.csproj"));
        Assert.HasCount(1, await folder.InitAsync("b/App.csproj"));
    }

    [TestMethod]
    public async Task AReadOnlyFileIsLeftAlone_AndAModeIsKept()
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        File.SetAttributes(folder["App.csproj"], FileAttributes.ReadOnly);
        Assert.AreEqual(ErrorCode.AccessDenied, (await Assert.ThrowsExactlyAsync<AirgapException>(() => folder.InitAsync())).Code);
        File.SetAttributes(folder["App.csproj"], FileAttributes.Normal);
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        File.SetUnixFileMode(folder["App.csproj"], Mode);
        await folder.InitAsync();
        Assert.AreEqual(Mode, File.GetUnixFileMode(folder["App.csproj"]));
    }

    private static string Lines(string newLine, string indent, params string[] lines) =>
        string.Concat(lines.Select(
            line => string.Concat(Enumerable.Repeat(indent, line.Length - line.TrimStart('>').Length)) + line.TrimStart('>') + newLine));

    [TestMethod]
    [DataRow("<TargetFramework>net10.0</TargetFramework>", "", "dotnet publish a.csproj -p:AirgapRegistry=HOST/PATH")]
    [DataRow("<TargetFrameworks>net10.0;net9.0</TargetFrameworks>", "<AirgapArchive>a.tar</AirgapArchive>",
        "dotnet build a.csproj -c Release -t:PublishImgpkgBundles")]
    [DataRow("", "<TargetFrameworks>net10.0;net9.0</TargetFrameworks>",
        "dotnet build a.csproj -c Release -t:PublishImgpkgBundles -p:AirgapRegistry=HOST/PATH")]
    [DataRow("<AirgapRegistry Condition=\"'$(CI)' == 'true'\">host.io/a</AirgapRegistry>", "<AirgapArchive> </AirgapArchive>",
        "dotnet publish a.csproj -p:AirgapRegistry=HOST/PATH")]
    public async Task WhatToRunNextFitsTheProject(string properties, string around, string next)
    {
        using ProjectFolder folder = new();
        folder.Write("App.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>{properties}</PropertyGroup></Project>");
        folder.Write("Directory.Build.props", $"<Project><PropertyGroup>{around}</PropertyGroup></Project>");

        Assert.AreEqual(next, (await folder.DeclareAsync()).Next("a.csproj"));
    }
}
