using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Declarations;

[TestClass]
public sealed class IdleItemsTests
{
    private const string Item = """<ImgpkgBundle Include="r.example:5000/a/b:v1" />""";

    [TestMethod]
    [DataRow("""<ImgpkgBundle Update="r.example:5000/a/b:v2" Namespace="n" />""", "changes nothing")]
    [DataRow("""<ImgpkgBundle Update="r.example:5000/a/*" Namespace="n" />""", "a pattern with a colon")]
    [DataRow("""<ImgpkgBundle Remove="r.example/a/b:*" />""", "a pattern with a colon")]
    [DataRow("""<ImgpkgTrust Update="r.example" MinimumAge="2h" />""", "changes nothing")]
    public void WhatMatchesNoItem_IsTold(string element, string text)
    {
        Diagnostic told = Find($"<Project><ItemGroup>{Item}{element}</ItemGroup></Project>").Single();

        Assert.AreEqual(ErrorCode.PropertyIdle, told.Code);
        Assert.Contains(text, told.Message);
        Assert.EndsWith("App.csproj", told.Location!.File);
        Assert.AreEqual(1, told.Location.Line);
    }

    [TestMethod]
    [DataRow("""<ImgpkgBundle Update="R.example:5000/a\b:v1" />""")]
    [DataRow("""<ImgpkgBundle Update="@(ImgpkgBundle);**" />""")]
    [DataRow("""<ImgpkgBundle Update="r.example:5000/a/b:$(Version)" />""")]
    [DataRow("""<ImgpkgBundle Condition="'$(Big)' == 'true'" Update="r.example:5000/a/c:v1" />""")]
    [DataRow("""<ImgpkgBundle Condition="'$(Big)' == 'true'" Include="r.example/c:v1" /><ImgpkgBundle Update="r.example/c:v1" />""")]
    [DataRow("""<ImgpkgBundle Update="r.example:5000/a/c:v1" /><ImgpkgBundle Remove="r.example:5000/a/c:v1" />""")]
    [DataRow("""<ImgpkgLock Update="locks/*.yml" /><Compile Update="a:b*" />""")]
    public void WhatMatchesOrMayMatch_IsNotTold(string elements) =>
        Assert.IsEmpty(Find($"<Project><ItemGroup>{Item}{elements}</ItemGroup></Project>"));

    [TestMethod]
    [DataRow("<Project><ItemGroup><ImgpkgBundle Update=\"@(ImgpkgBundle)\" Namespace=\"n\" /></ItemGroup></Project>", 1)]
    [DataRow("<Project><Import Project=\"x\" /><ItemGroup><ImgpkgBundle Update=\"@(ImgpkgBundle)\" /></ItemGroup></Project>", 0)]
    public void AnUpdateBeforeTheItems_IsTold(string props, int count)
    {
        Diagnostic[] told = [.. Find($"<Project><ItemGroup>{Item}</ItemGroup></Project>", props)];

        Assert.HasCount(count, told);
        Assert.IsTrue(told.All(one => one.Location!.File.EndsWith("Directory.Build.props", StringComparison.Ordinal)
            && one.Message.Contains("comes before the items", StringComparison.Ordinal)));
    }

    private static Diagnostic[] Find(string project, string props = "<Project />")
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["App.csproj"], project);
        File.WriteAllText(folder["Directory.Build.props"], props);
        File.WriteAllText(folder["Directory.Build.targets"], "<Project />");
        return [.. new IdleItems(ProjectText.Read(folder["App.csproj"]), folder["App.csproj"])
            .Find([("ImgpkgBundle", "r.example:5000/a/b:v1")])];
    }
}
